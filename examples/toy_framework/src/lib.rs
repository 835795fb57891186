//! A web framework: requests, responses, extractors, middleware, and a server that answers one request a connection.

mod sessions;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use session_runtime::{Refused, adapter::Place};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Header lines: names as they were sent, and values as bytes.
#[derive(Clone, Debug, Default)]
pub struct Headers(pub Vec<(String, Vec<u8>)>);

impl Headers {
    /// The values of all lines of this name.
    pub fn all<'h>(&'h self, name: &str) -> impl Iterator<Item = &'h [u8]> {
        self.0.iter().filter(move |(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| &**value)
    }

    /// Adds a line.
    pub fn append(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.into()));
    }

    /// Removes all lines of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
    }
}

/// A request. Its body stays unread.
#[derive(Debug, Default)]
pub struct Request {
    /// `GET`
    pub method: String,
    /// `/path?query`
    pub target: String,
    /// What was sent with it.
    pub headers: Headers,
    peer: Option<SocketAddr>,
    place: Option<Place>,
}

/// A response.
#[derive(Clone, Debug, Default)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// What is sent with it.
    pub headers: Headers,
    /// The body.
    pub body: String,
    /// Why a session could not be saved, if that is what this says.
    pub refused: Option<Refused>,
}

/// What handlers take.
pub trait FromRequest: Sized {
    /// The value, or the response to send in the place of the handler's.
    fn from_request(request: &Request) -> impl Future<Output = Result<Self, Response>> + Send;
}

/// What goes around handlers.
pub trait Middleware: Send + Sync + 'static {
    /// Calls `next`, and does something before and after it.
    fn run(&self, request: Request, next: &App) -> impl Future<Output = Response> + Send;
}

type Answer = Pin<Box<dyn Future<Output = Response> + Send>>;

/// An application: from request to response.
#[derive(Clone)]
pub struct App(Arc<dyn Fn(Request) -> Answer + Send + Sync>);

impl App {
    /// The application that is this function.
    pub fn new<F>(handler: impl Fn(Request) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        Self(Arc::new(move |request| Box::pin(handler(request))))
    }

    /// The same with something around it.
    #[must_use]
    pub fn wrap(self, middleware: impl Middleware) -> Self {
        let both = Arc::new((middleware, self));
        Self::new(move |request| {
            let both = Arc::clone(&both);
            async move { both.0.run(request, &both.1).await }
        })
    }

    /// The response to a request.
    pub async fn call(&self, request: Request) -> Response {
        (self.0)(request).await
    }

    /// Serves until listening fails.
    ///
    /// # Errors
    /// What listening failed with.
    pub async fn serve(self, listener: TcpListener) -> io::Result<()> {
        loop {
            tokio::spawn(self.clone().answer(listener.accept().await?.0));
        }
    }

    async fn answer(self, mut stream: TcpStream) -> io::Result<()> {
        let (mut head, mut request) = (Vec::new(), Request::default());
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        for line in head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii) {
            let text = String::from_utf8_lossy(line);
            if request.method.is_empty() {
                let mut words = text.split(' ').map(str::to_owned);
                request.method = words.next().unwrap_or_default();
                request.target = words.next().unwrap_or_default();
            } else if let Some(colon) = line.iter().position(|byte| *byte == b':') {
                let value = line[colon + 1..].trim_ascii().to_vec();
                request.headers.0.push((String::from_utf8_lossy(&line[..colon]).into_owned(), value));
            }
        }
        request.peer = stream.peer_addr().ok();
        let response = self.call(request).await;
        let mut bytes = format!("HTTP/1.1 {} -\r\nconnection: close\r\n", response.status).into_bytes();
        for (name, value) in &response.headers.0 {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        stream.write_all(&[&bytes, "\r\n".as_bytes(), response.body.as_bytes()].concat()).await
    }
}
