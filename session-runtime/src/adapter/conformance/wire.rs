//! HTTP/1.1 as bytes: what is sent is exactly what the test wrote. Chunked bodies are put together.

use std::net::SocketAddr;

use tokio::io::{self, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// A request, line by line.
#[derive(Clone, Debug)]
pub struct Request {
    head: Vec<u8>,
    body: Vec<u8>,
}

impl Request {
    /// A request for `target`, which is put into the request line as it is.
    pub fn new(method: &str, target: &str) -> Self {
        let head = format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\n").into_bytes();
        Self { head, body: Vec::new() }
    }

    /// `GET`.
    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// `POST`.
    pub fn post(target: &str) -> Self {
        Self::new("POST", target)
    }

    /// A header line, any bytes, without its line end.
    #[must_use]
    pub fn line(mut self, line: impl AsRef<[u8]>) -> Self {
        self.head.extend_from_slice(line.as_ref());
        self.head.extend_from_slice(b"\r\n");
        self
    }

    /// A `Cookie` line. Several calls make several lines.
    #[must_use]
    pub fn cookie(self, value: impl AsRef<[u8]>) -> Self {
        self.line([b"cookie: ", value.as_ref()].concat())
    }

    /// The body.
    #[must_use]
    pub fn body(mut self, body: impl AsRef<[u8]>) -> Self {
        self.body = body.as_ref().to_vec();
        self
    }

    /// All of it; `connection` is what becomes of the connection afterwards.
    fn bytes(&self, connection: &str) -> Vec<u8> {
        let last = format!("connection: {connection}\r\ncontent-length: {}\r\n\r\n", self.body.len());
        [&self.head, last.as_bytes(), &self.body].concat()
    }

    /// Opens a connection and sends the request. Dropping the stream is a disconnect.
    pub async fn start(&self, to: SocketAddr) -> TcpStream {
        let mut stream = TcpStream::connect(to).await.expect("the server listens");
        stream.write_all(&self.bytes("close")).await.expect("the server reads");
        stream
    }

    /// Sends the request and reads the whole response.
    pub async fn send(&self, to: SocketAddr) -> Reply {
        self.try_send(to).await.expect("the server answers")
    }

    /// The same of a request that need not be answered: `None` if the connection was closed without a response, as some
    /// servers do when a handler panics.
    pub async fn try_send(&self, to: SocketAddr) -> Option<Reply> {
        let mut stream = self.start(to).await;
        let mut bytes = Vec::new();
        let read = stream.read_to_end(&mut bytes).await;
        (!bytes.is_empty()).then(|| {
            read.expect("the whole response");
            Reply::parse(&bytes)
        })
    }
}

/// A connection that is kept for the next request, and opened again if the server has closed it.
#[derive(Debug)]
pub struct Connection {
    to: SocketAddr,
    open: Option<BufReader<TcpStream>>,
}

impl Connection {
    /// A connection to this address, once it is needed.
    pub const fn to(to: SocketAddr) -> Self {
        Self { to, open: None }
    }

    /// Sends the request and reads the whole response.
    pub async fn send(&mut self, request: &Request) -> Reply {
        if let Some(mut stream) = self.open.take()
            && let Ok(reply) = Self::exchange(&mut stream, request).await
        {
            self.keep(stream, &reply);
            return reply;
        }
        let mut stream = BufReader::new(TcpStream::connect(self.to).await.expect("the server listens"));
        let reply = Self::exchange(&mut stream, request).await.expect("a new connection is answered");
        self.keep(stream, &reply);
        reply
    }

    fn keep(&mut self, stream: BufReader<TcpStream>, reply: &Reply) {
        let ends = reply.value("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
        self.open = (!ends).then_some(stream);
    }

    async fn exchange(stream: &mut BufReader<TcpStream>, request: &Request) -> io::Result<Reply> {
        stream.write_all(&request.bytes("keep-alive")).await?;
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"\r\n\r\n") {
            if stream.read_until(b'\n', &mut bytes).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        let head = Reply::parse(&bytes);
        if let Some(length) = head.value("content-length") {
            let from = bytes.len();
            bytes.resize(from + length.parse::<usize>().expect("a length"), 0);
            stream.read_exact(&mut bytes[from..]).await?;
        } else if head.value("transfer-encoding").is_some() {
            while !bytes.ends_with(b"\r\n0\r\n\r\n") {
                stream.read_until(b'\n', &mut bytes).await?;
            }
        } else {
            stream.read_to_end(&mut bytes).await?;
        }
        Ok(Reply::parse(&bytes))
    }
}

/// A response, line by line.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// The header lines, as they came.
    pub lines: Vec<String>,
    /// The body.
    pub body: String,
}

impl Reply {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|w| w == b"\r\n\r\n").expect("a response has a head");
        let head = std::str::from_utf8(&bytes[..end]).expect("the head of a response is text");
        let mut lines = head.split("\r\n").map(str::to_owned);
        let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
        let body = String::from_utf8_lossy(&bytes[end + 4..]).into_owned();
        let mut reply = Self { status, lines: lines.collect(), body };
        if reply.value("transfer-encoding") == Some("chunked") && !reply.body.is_empty() {
            reply.body = unchunked(&reply.body);
        }
        reply
    }

    /// The values of the header lines called `name`, one for each line.
    pub fn values(&self, name: &str) -> Vec<&str> {
        let pairs = self.lines.iter().filter_map(|line| line.split_once(':'));
        pairs.filter(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim()).collect()
    }

    /// The value of the only header line called `name`.
    pub fn value(&self, name: &str) -> Option<&str> {
        let values = self.values(name);
        assert!(values.len() <= 1, "several `{name}` lines: {values:?}");
        values.first().copied()
    }

    /// The values of all `Set-Cookie` lines.
    pub fn set_cookies(&self) -> Vec<&str> {
        self.values("set-cookie")
    }

    /// The value of the only `Set-Cookie` line.
    pub fn set_cookie(&self) -> Option<&str> {
        self.value("set-cookie")
    }

    /// The `name=value` that the only `Set-Cookie` line sets; `None` if there is none, or it removes the cookie.
    pub fn pair(&self) -> Option<&str> {
        let line = self.set_cookie().filter(|line| !is_removal(line))?;
        line.split(';').next()
    }

    /// Whether the only `Set-Cookie` line removes the cookie.
    pub fn removes_cookie(&self) -> bool {
        self.set_cookie().is_some_and(is_removal)
    }

    /// Everything that came, as one text.
    pub fn text(&self) -> String {
        format!("{}\n\n{}", self.lines.join("\n"), self.body)
    }
}

/// What the chunks say together (RFC 9112, section 7.1).
fn unchunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((length, rest)) = body.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).expect("the length of a chunk");
        whole.push_str(&rest[..length]);
        body = rest[length..].trim_start_matches("\r\n");
        if length == 0 {
            break;
        }
    }
    whole
}

/// Whether a browser forgets the cookie on reading this line.
pub fn is_removal(line: &str) -> bool {
    line.split(';').any(|attribute| attribute.trim().eq_ignore_ascii_case("max-age=0"))
}
