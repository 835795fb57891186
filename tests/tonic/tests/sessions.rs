//! The layer of tower around a server of tonic, over a socket: sessions in calls of gRPC, whose client keeps cookies.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf as _, BufMut as _};
use hyper::http::uri::PathAndQuery;
use hyper::{Method, http};
use session_runtime::{MemoryStore, Session, Sessions, adapter, session, with_session};
use tokio::net::TcpListener;
use tonic::client::Grpc as Client;
use tonic::codec::{Codec, DecodeBuf, Decoder, EncodeBuf, Encoder};
use tonic::server::{Grpc, NamedService};
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Channel, Endpoint, Server};
use tonic::{Code, Request, Response, Status};
use tower::{Service, service_fn};

/// Messages are text, so nothing is generated.
#[derive(Clone, Copy)]
struct Text;

impl Codec for Text {
    type Encode = String;
    type Decode = String;
    type Encoder = Self;
    type Decoder = Self;

    fn encoder(&mut self) -> Self {
        *self
    }

    fn decoder(&mut self) -> Self {
        *self
    }
}

impl Encoder for Text {
    type Item = String;
    type Error = Status;

    fn encode(&mut self, text: String, to: &mut EncodeBuf<'_>) -> Result<(), Status> {
        to.put_slice(text.as_bytes());
        Ok(())
    }
}

impl Decoder for Text {
    type Item = String;
    type Error = Status;

    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<String>, Status> {
        let bytes = from.copy_to_bytes(from.remaining());
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

#[session]
struct Shop {
    #[session(merge = add)]
    visits: u32,
    blob: String,
}

#[with_session]
async fn visit(session: &mut Shop, blob: String) -> String {
    session.visits += 1;
    session.blob = blob;
    session.visits.to_string()
}

/// What a generated service calls.
async fn count(call: Request<String>) -> Result<Response<String>, Status> {
    let headers = call.metadata().clone().into_headers();
    let session: Session<Shop> = adapter::from_http(&Method::POST, &headers, call.extensions())
        .await
        .map_err(|rejection| Status::unavailable(rejection.to_string()))?;
    match call.into_inner().as_str() {
        "fail" => {
            session.update(|shop| shop.visits += 10);
            Err(Status::failed_precondition("as ordered"))
        }
        text => Ok(Response::new(visit(session, text.to_owned()).await)),
    }
}

/// What is generated for a service.
#[derive(Clone)]
struct Counter;

impl NamedService for Counter {
    const NAME: &'static str = "test.Counter";
}

impl Service<http::Request<tonic::body::Body>> for Counter {
    type Response = http::Response<tonic::body::Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: http::Request<tonic::body::Body>) -> Self::Future {
        Box::pin(async move { Ok(Grpc::new(Text).unary(service_fn(count), request).await) })
    }
}

async fn serve() -> SocketAddr {
    let sessions = Sessions::<Shop>::builder(MemoryStore::new()).max_bytes(1024).build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::builder().layer(sessions).add_service(Counter);
    tokio::spawn(server.serve_with_incoming(TcpIncoming::from(listener)));
    address
}

/// A client that keeps its cookie.
struct Caller {
    client: Client<Channel>,
    cookie: Option<String>,
}

impl Caller {
    async fn of(address: SocketAddr) -> Self {
        let channel = Endpoint::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
        Self { client: Client::new(channel), cookie: None }
    }

    async fn call(&mut self, text: &str) -> Result<String, Status> {
        let mut request = Request::new(text.to_owned());
        if let Some(cookie) = &self.cookie {
            request.metadata_mut().insert("cookie", cookie.parse().unwrap());
        }
        self.client.ready().await.unwrap();
        let path = PathAndQuery::from_static("/test.Counter/Count");
        let response = self.client.unary(request, path, Text).await?;
        if let Some(line) = response.metadata().get("set-cookie") {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            self.cookie = Some(pair.to_owned());
        }
        Ok(response.into_inner())
    }
}

#[tokio::test]
async fn a_call_has_the_session_of_its_cookie() {
    let address = serve().await;
    let (mut ann, mut bob) = (Caller::of(address).await, Caller::of(address).await);
    assert_eq!(ann.call("").await.unwrap(), "1");
    assert_eq!(ann.call("").await.unwrap(), "2");
    assert_eq!(bob.call("").await.unwrap(), "1");
    assert!(
        ann.cookie.is_some() && ann.cookie != bob.cookie,
        "a cookie each, which a change does not send again"
    );
}

/// To HTTP, a status of gRPC is a 200, which commits.
#[tokio::test]
async fn a_call_that_fails_keeps_its_changes() {
    let mut caller = Caller::of(serve().await).await;
    caller.call("").await.unwrap();
    assert_eq!(caller.call("fail").await.unwrap_err().code(), Code::FailedPrecondition);
    assert_eq!(caller.call("").await.unwrap(), "12");
}

/// S72: what takes the place of the response is a status of HTTP, and gRPC has words for these.
#[tokio::test]
async fn s72_a_session_that_cannot_be_saved_is_an_error_of_the_call() {
    let mut caller = Caller::of(serve().await).await;
    caller.call("").await.unwrap();
    let status = caller.call(&"x".repeat(2000)).await.unwrap_err();
    assert_eq!(status.code(), Code::Unknown, "{status:?}");
    assert_eq!(caller.call("").await.unwrap(), "2", "nothing of it is kept");
}
