//! What a session costs on axum, in process. `cargo xtask bench` runs it under callgrind and prints the table.
//!
//! ```text
//! session-benches list                          the peers and workloads, one `peer workload` a line
//! session-benches run <peer> <workload> <n>     n requests inside `measured`, for callgrind's --toggle-collect
//! session-benches resident <n>                  bytes of resident memory a session, at n sessions
//! ```

mod limit_json;
mod model;
mod none;
mod ours;
mod workload;

use std::process::ExitCode;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, header};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;
use workload::{Cookie, WORKLOADS, Workload};

const PEERS: [(&str, fn() -> Router); 3] = [("axum", none::app), ("limit-json", limit_json::app), ("session", ours::app)];

/// Requests before the measurement, so that nothing is measured that happens once.
const WARM_UP: usize = 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["list"] => {
            for (peer, _) in PEERS {
                WORKLOADS.iter().for_each(|w| println!("{peer} {}", w.name));
            }
        }
        ["run", peer, workload, n] => {
            let n = n.parse::<usize>();
            let app = PEERS.iter().find(|(name, _)| name == peer).map(|(_, app)| app());
            let workload = WORKLOADS.iter().find(|w| w.name == *workload);
            let (Some(app), Some(workload), Ok(n)) = (app, workload, n) else { return ExitCode::FAILURE };
            let runtime = runtime();
            let requests = runtime.block_on(prepare(&app, workload, WARM_UP + n));
            let (warm_up, rest) = requests.split_at(WARM_UP);
            runtime.block_on(drive(&app, warm_up));
            measured(&runtime, &app, rest);
        }
        ["resident", n] => {
            let Ok(n) = n.parse() else { return ExitCode::FAILURE };
            println!("{}", runtime().block_on(resident(n)));
        }
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

/// What callgrind counts.
#[inline(never)]
fn measured(runtime: &tokio::runtime::Runtime, app: &Router, requests: &[Planned]) {
    runtime.block_on(drive(app, requests));
}

/// A path and the cookie to present.
type Planned = (&'static str, Option<String>);

async fn prepare(app: &Router, workload: &Workload, n: usize) -> Vec<Planned> {
    let valid = call(app, "/first", None).await.unwrap_or_else(|| "sid=0123456789abcdef0123456789abcdef0123456789a".to_owned());
    let gone = call(app, "/first", None).await.unwrap_or_else(|| valid.clone());
    call(app, "/logout", Some(&gone)).await;
    let name = valid.split('=').next().unwrap_or_default().to_owned();
    let cookie = |i: usize| match workload.cookie {
        Cookie::None => None,
        Cookie::Valid => Some(valid.clone()),
        Cookie::Malformed => Some(format!("{name}=garbage-{i:08x}")),
        Cookie::Unknown => {
            let cut = gone.len() - 8;
            Some(format!("{}{i:06x}{}", &gone[..cut], &gone[gone.len() - 2..]))
        }
    };
    (0..n).map(|i| (workload.path, cookie(i))).collect()
}

async fn drive(app: &Router, requests: &[Planned]) {
    for (path, cookie) in requests {
        std::hint::black_box(send(app, path, cookie.as_deref()).await);
    }
}

/// One request; returns the cookie that the response set, as `name=value`.
async fn call(app: &Router, path: &str, cookie: Option<&str>) -> Option<String> {
    let headers = send(app, path, cookie).await;
    let line = headers.get_all(header::SET_COOKIE).iter().next()?;
    line.to_str().ok()?.split(';').next().map(str::to_owned)
}

/// One request, to its last byte.
async fn send(app: &Router, path: &str, cookie: Option<&str>) -> HeaderMap {
    let mut request = Request::builder().uri(path);
    if let Some(cookie) = cookie {
        request = request.header(header::COOKIE, cookie);
    }
    let request = request.body(Body::empty()).expect("a request");
    let response = app.clone().oneshot(request).await.expect("axum is infallible");
    let (parts, body) = response.into_parts();
    std::hint::black_box(body.collect().await.expect("a body"));
    parts.headers
}

async fn resident(n: usize) -> usize {
    let app = ours::app();
    call(&app, "/first", None).await;
    let before = resident_bytes();
    for _ in 0..n {
        call(&app, "/first", None).await;
    }
    (resident_bytes() - before) / n
}

fn resident_bytes() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").expect("Linux");
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok()).map_or(0, |pages| pages * 4096)
}
