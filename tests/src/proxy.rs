//! What lies between a client and its server: passes bytes on, and loses them when a test says so.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use crate::gate::Gate;

/// A proxy in front of a port of the loopback.
#[derive(Clone, Debug)]
pub struct Proxy {
    address: SocketAddr,
    faults: Arc<Faults>,
}

#[derive(Debug, Default)]
struct Faults {
    /// So many answers are still to be lost.
    answers: AtomicUsize,
    /// So many requests are still to be lost.
    requests: AtomicUsize,
    /// Where a connection waits after an answer was lost, before it breaks.
    gate: Mutex<Option<Gate>>,
    /// After so many more requests, one waits at the gate before the server sees it.
    on_the_way: Mutex<Option<(usize, Gate)>>,
    /// Where the next connection waits before it leads anywhere.
    entrance: Mutex<Option<Gate>>,
    silent: std::sync::atomic::AtomicBool,
    broken: Notify,
    connections: AtomicUsize,
}

impl Proxy {
    /// A proxy in front of this port.
    pub async fn before(port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let proxy = Self { address: listener.local_addr().unwrap(), faults: Arc::default() };
        let faults = Arc::clone(&proxy.faults);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let faults = Arc::clone(&faults);
                tokio::spawn(async move {
                    let entrance = faults.entrance.lock().unwrap().take();
                    if let Some(entrance) = entrance {
                        entrance.pass().await;
                    }
                    if let Ok(server) = TcpStream::connect(("127.0.0.1", port)).await {
                        faults.connections.fetch_add(1, Ordering::SeqCst);
                        pass(client, server, &faults).await;
                    }
                });
            }
        });
        proxy
    }

    /// The URL of the server, by this way.
    pub fn url(&self) -> String {
        format!("redis://{}/", self.address)
    }

    /// The next answers are lost, and the connection with each: the server has done what it was asked.
    pub fn lose_answers(&self, count: usize) {
        self.faults.answers.store(count, Ordering::SeqCst);
    }

    /// The next requests are lost, and the connection with each: the server never sees them.
    pub fn lose_requests(&self, count: usize) {
        self.faults.requests.store(count, Ordering::SeqCst);
    }

    /// The next connection that loses an answer stops at the gate before it breaks.
    pub fn pause_when_lost(&self) -> Gate {
        let gate = Gate::default();
        *self.faults.gate.lock().unwrap() = Some(gate.clone());
        gate
    }

    /// The request after the next `passing` ones stops at the gate before it reaches the server.
    pub fn pause_a_request(&self, passing: usize) -> Gate {
        let gate = Gate::default();
        *self.faults.on_the_way.lock().unwrap() = Some((passing, gate.clone()));
        gate
    }

    /// The next connection stops at the gate before anything passes.
    pub fn pause_at_the_entrance(&self) -> Gate {
        let gate = Gate::default();
        *self.faults.entrance.lock().unwrap() = Some(gate.clone());
        gate
    }

    /// From now on, connections that there are swallow all answers, without a word. New ones work.
    pub fn fall_silent(&self) {
        self.faults.silent.store(true, Ordering::SeqCst);
    }

    /// How many connections there have been.
    pub fn connections(&self) -> usize {
        self.faults.connections.load(Ordering::SeqCst)
    }

    /// Breaks all connections.
    pub fn disconnect(&self) {
        self.faults.broken.notify_waiters();
    }
}

async fn pass(client: TcpStream, server: TcpStream, faults: &Faults) {
    // what is silent stays silent, and what comes later is not
    faults.silent.store(false, Ordering::SeqCst);
    let ((from_client, to_client), (from_server, to_server)) = (client.into_split(), server.into_split());
    tokio::select! {
        () = requests(from_client, to_server, faults) => {}
        () = answers(from_server, to_client, faults) => {}
        () = faults.broken.notified() => {}
    }
}

async fn requests(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, faults: &Faults) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        if let Some(gate) = faults.gate_on_the_way() {
            gate.pass().await;
        }
        if is_next(&faults.requests) || to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

async fn answers(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, faults: &Faults) {
    let mut bytes = vec![0; 1 << 16];
    let mut silent = false;
    while let Ok(count @ 1..) = from.read(&mut bytes).await {
        silent |= faults.silent.load(Ordering::SeqCst);
        if silent {
            continue;
        }
        if is_next(&faults.answers) {
            let gate = faults.gate.lock().unwrap().take();
            if let Some(gate) = gate {
                gate.pass().await;
            }
            return;
        }
        if to.write_all(&bytes[..count]).await.is_err() {
            return;
        }
    }
}

impl Faults {
    fn gate_on_the_way(&self) -> Option<Gate> {
        let mut on_the_way = self.on_the_way.lock().unwrap();
        match on_the_way.take()? {
            (0, gate) => Some(gate),
            (passing, gate) => {
                *on_the_way = Some((passing - 1, gate));
                None
            }
        }
    }
}

fn is_next(left: &AtomicUsize) -> bool {
    left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
}
