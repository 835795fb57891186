//! One application in two versions, each a program of its own, on one folder of sessions.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use axum::Router;
use session_runtime::{FileStore, RootSession, Sessions};

use crate::process::report;
use crate::server::serve;

/// What such a program does: serves `routes` within sessions in the folder that it is given, until its standard input ends.
pub fn run<R: RootSession>(routes: Router) {
    let folder = std::env::args_os().nth(1).expect("a folder");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let sessions =
            Sessions::<R>::new(FileStore::open(Path::new(&folder)).expect("a folder for sessions"));
        report(serve(routes.layer(sessions.expect("a policy"))).await);
        let end = tokio::task::spawn_blocking(|| std::io::stdin().read_line(&mut String::new()));
        drop(end.await);
    });
}

/// The program, while it runs.
#[derive(Debug)]
pub struct Deployed {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Deployed {
    /// Starts it, and waits until it listens.
    pub fn start(program: &str, folder: &Path) -> Self {
        let mut command = Command::new(program);
        command.arg(folder).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        let out = child.stdout.take().expect("its output");
        let line = BufReader::new(out).lines().next().expect("a report").expect("text");
        let address = line.strip_prefix("report ").and_then(|text| text.parse().ok());
        Self { child, address: address.expect("an address") }
    }
}

impl Drop for Deployed {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
