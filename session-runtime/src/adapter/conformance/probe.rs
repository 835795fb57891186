//! What the handlers of an application under test do.

use super::gate::gate;
use super::guarded::Admin;
use crate::session::{Attempt, Session};
use crate::{session, with_session};

/// The session of most routes.
#[session(crate = crate)]
#[derive(Debug)]
pub struct Probe {
    /// Counts, also where two requests count at once.
    #[session(merge = add)]
    pub visits: u32,
    /// Who is logged in.
    #[session(owner)]
    pub user: Option<String>,
    /// Something large.
    pub blob: String,
}

/// What a handler answers with.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// Header lines, all to be sent.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    pub(super) fn to(target: &str) -> Self {
        let mut answer = Self { status: 200, headers: Vec::new(), body: String::new() };
        for (what, value) in orders(target) {
            let value = value.replace('+', " ");
            match what {
                "status" => answer.status = value.parse().expect("a status"),
                "cookie" => answer.headers.push(("set-cookie", format!("{value}=1; Path=/"))),
                "vary" => answer.headers.push(("vary", value)),
                "cache" => answer.headers.push(("cache-control", value)),
                _ => {}
            }
        }
        answer
    }
}

/// What the query of a target orders, one thing after the other: `/handle?visit&status=404`.
pub(super) fn orders(target: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    query.split('&').map(|order| order.split_once('=').unwrap_or((order, "")))
}

/// The answer of a handler without a session.
pub fn plain(target: &str) -> Answer {
    Answer { body: "plain".to_owned(), ..Answer::to(target) }
}

/// The answer of a handler with a handle. Its body is the number of visits, and who is logged in.
pub async fn handle(session: Session<Probe>, target: &str) -> Answer {
    for (what, value) in orders(target) {
        match what {
            "visit" => visit(session.clone(), 1).await,
            "login" => session.update(|probe| probe.user = Some(value.to_owned())),
            "blob" => session.update(|probe| probe.blob = "x".repeat(value.parse().expect("a length"))),
            "logout" => session.destroy(),
            "rotate" => session.rotate(),
            "renew" => session.renew(),
            "wait" => gate(value).pass().await,
            "panic" => panic!("as ordered"),
            "later" => {
                tokio::spawn(later(session.clone(), value.to_owned()));
            }
            _ => {}
        }
    }
    Answer { body: text(&session.get()), ..Answer::to(target) }
}

/// By the macro, on a copy of its own.
#[with_session(crate = crate)]
async fn visit(session: &mut Probe, times: u32) {
    session.visits += times;
}

/// When the response is there: changes the session without saving it, and when it is let go on once more, saves.
async fn later(session: Session<Probe>, name: String) {
    gate(&format!("{name}-changes")).pass().await;
    session.update(|probe| probe.visits += 10);
    gate(&format!("{name}-saves")).pass().await;
    session.save().await.expect("the store is up");
    gate(&format!("{name}-is-done")).pass().await;
}

fn text(probe: &Probe) -> String {
    format!("{} {}", probe.visits, probe.user.as_deref().unwrap_or("nobody"))
}

/// The answer of a handler with two sessions: counts in both, as ordered in the first.
pub async fn both(probe: Session<Probe>, admin: Session<Admin>, target: &str) -> Answer {
    let visits = admin.update(|admin| {
        admin.visits += 1;
        admin.visits
    });
    let answer = handle(probe, target).await;
    Answer { body: format!("{} {visits}", answer.body), ..answer }
}

/// The answer of a handler that runs also when the store is down.
pub fn attempt(session: Attempt<Probe>) -> Answer {
    let body = match Result::from(session) {
        Ok(session) => text(&session.get()),
        Err(_) => "unavailable".to_owned(),
    };
    Answer { body, ..Answer::to("") }
}

/// The body of `/stream`: some pieces, before each of which there is a visit.
#[derive(Debug)]
pub struct Pieces {
    session: Session<Probe>,
    left: u32,
}

impl Pieces {
    /// Three of them.
    pub fn new(session: Session<Probe>) -> Self {
        // so that there is a session by the time that the response begins
        session.update(|probe| probe.visits += 1);
        Self { session, left: 3 }
    }

    /// The next one, after it was counted and saved.
    pub async fn next(&mut self) -> Option<String> {
        self.left = self.left.checked_sub(1)?;
        self.session.update(|probe| probe.visits += 1);
        self.session.save().await.expect("the session can be saved while its response is sent");
        Some(format!("{},", self.session.get().visits))
    }
}
