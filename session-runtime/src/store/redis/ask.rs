//! Asking the server: once if it answers, again where that is safe, and never for longer than the timeout.
//!
//! What provably was not done is asked again as it is. Where an answer was lost, the script is told so (`again`): it finds
//! its operation among those that the record remembers, or that nobody wrote since, or says that it cannot tell.

use std::time::Duration;

use redis::{ErrorKind, RedisResult, Value};
use tokio::time::{sleep, timeout};

use super::failure::{Failure, Remedy, remedy, told};
use super::link::{Link, Linked};
use super::scripts::{By, Call};
use crate::error::StoreError;
use crate::event;

/// The pause before asking again; it doubles, up to the second.
const PAUSE: Duration = Duration::from_millis(5);
const LONGEST_PAUSE: Duration = Duration::from_millis(160);

/// A server, asked through one connection.
pub(super) struct Asking {
    pub(super) link: Link,
    pub(super) timeout: Duration,
}

/// What is asked.
pub(super) enum Question<'a> {
    /// Everything that is under this name.
    All(&'a str),
    /// A script.
    Call(Call<'a>),
}

/// What came of asking once.
enum Outcome {
    Answer(Value),
    /// Under the name is something else than a hash.
    NoHash,
    Failed(Remedy, Failure),
}

/// What came of asking at all: nothing, if there is something else than a hash.
pub(super) type Answer = Result<Option<Value>, StoreError>;

impl Asking {
    pub(super) async fn ask(&self, question: &Question<'_>) -> Answer {
        // on the heap, so that the futures of those who wait for a store stay small
        match timeout(self.timeout, Box::pin(self.until_answered(question))).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::Silence.into()),
        }
    }

    async fn until_answered(&self, question: &Question<'_>) -> Answer {
        let (mut again, mut pause) = (false, PAUSE);
        loop {
            let (remedy, failure) = match self.once(question, again).await {
                Outcome::Answer(value) => return Ok(Some(value)),
                Outcome::NoHash => return Ok(None),
                Outcome::Failed(Remedy::MakeRoom, _) => return Err(StoreError::Full),
                Outcome::Failed(remedy, failure) => (remedy, failure),
            };
            match remedy {
                Remedy::AskAgain | Remedy::Reconnect => again |= self.link.may_repeat(),
                Remedy::AskWhether | Remedy::AskWhetherElsewhere => again = true,
                _ => return Err(failure.into()),
            }
            event::asking_again(&failure);
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    async fn once(&self, question: &Question<'_>, again: bool) -> Outcome {
        // half of the time, so that there is as much left for a second try over a new connection
        let patience = self.timeout / 2;
        let mut linked = match timeout(patience, self.link.get()).await {
            Ok(Ok(linked)) => linked,
            // nothing was sent; who is not let in now will not be let in the next second either
            Ok(Err(error)) if error.kind() == ErrorKind::AuthenticationFailed => {
                return Outcome::Failed(Remedy::Fail, Failure::Said(told(&error)));
            }
            Ok(Err(error)) => return Outcome::Failed(Remedy::AskAgain, Failure::Said(told(&error))),
            Err(_) => return Outcome::Failed(Remedy::AskAgain, Failure::Silence),
        };
        let (remedy, failure) = match timeout(patience, send(&mut linked, question, again)).await {
            Ok(Ok(value)) => return Outcome::Answer(value),
            Ok(Err(error)) => match remedy(&error) {
                Remedy::Ignore => return Outcome::NoHash,
                remedy => (remedy, Failure::Said(told(&error))),
            },
            Err(_) => (Remedy::AskWhetherElsewhere, Failure::Silence),
        };
        let is_useless = match remedy {
            Remedy::Reconnect | Remedy::AskWhetherElsewhere => true,
            Remedy::AskAgain | Remedy::AskWhether => self.link.may_move(),
            _ => false,
        };
        if is_useless {
            self.link.give_up(&linked).await;
        }
        Outcome::Failed(remedy, failure)
    }
}

async fn send(linked: &mut Linked, question: &Question<'_>, again: bool) -> RedisResult<Value> {
    match question {
        Question::All(name) => {
            let mut command = redis::cmd("HGETALL");
            command.arg(*name);
            linked.connection.send_to_master(&command, name).await
        }
        Question::Call(call) => match linked.connection.send(&call.command(By::Name, again)).await {
            Err(error) if remedy(&error) == Remedy::SendText => {
                linked.connection.send(&call.command(By::Text, again)).await
            }
            answer => answer,
        },
    }
}
