//! A web framework: requests, responses, extractors, middleware, and a server that answers one request a connection.

mod sessions;

use std::io;
use std::pin::Pin;
use std::sync::Arc;

use http::StatusCode;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// A request. Its body stays unread; among its extensions is who sent it.
pub type Request = http::Request<()>;

/// A response.
pub type Response = http::Response<String>;

/// A response of this status, and nothing else.
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
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
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let mut lines = head.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let mut words = lines.next().unwrap_or_default().split(|byte| *byte == b' ');
        let mut request = http::Request::builder()
            .extension(stream.peer_addr()?)
            .method(words.next().unwrap_or_default())
            .uri(words.next().unwrap_or_default());
        for line in lines {
            if let Some(colon) = line.iter().position(|byte| *byte == b':') {
                request = request.header(&line[..colon], line[colon + 1..].trim_ascii());
            }
        }
        let response = match request.body(()) {
            Ok(request) => self.call(request).await,
            Err(_) => empty(StatusCode::BAD_REQUEST),
        };
        let mut bytes = format!("HTTP/1.1 {}\r\nconnection: close\r\n", response.status()).into_bytes();
        for (name, value) in response.headers() {
            bytes.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        stream.write_all(&[&bytes, "\r\n".as_bytes(), response.body().as_bytes()].concat()).await
    }
}
