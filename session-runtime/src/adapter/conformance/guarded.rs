//! What the handlers do whose requests must prove something: who is logged in, that a page of theirs is behind them, that
//! they came over https.

use super::probe::{Answer, Probe, orders};
use crate::session::gate::{
    ByForm, Ever, Guarded, Open, Redirect, Required, Status, Text, The, Within, admitted,
};
use crate::session::{Session, WithoutCsrf};
use crate::{Error, session};

/// The other session, with a cookie and a policy of its own. Unsafe requests must have its token.
#[session(crate = crate, cookie = "__Host-admin", same_site = "strict", csrf)]
#[derive(Debug)]
pub struct Admin {
    /// Counts.
    pub visits: u32,
}

/// A session for https only. The suite is the trusted proxy that says so.
#[session(crate = crate, cookie = "__Host-vault", require_https)]
#[derive(Debug)]
pub struct Vault {
    /// Counts.
    pub visits: u32,
}

/// What `/guarded` takes: a session with a user, or the browser is sent to `/login`.
pub type Admitted = Guarded<
    Probe,
    Required<Text<'u', 's', 'e', 'r'>, The<String>, Ever, Redirect<Text<'/', 'l', 'o', 'g', 'i', 'n'>>, true>,
>;

/// What `/fresh` takes: a session whose owner logged in a minute ago at most, or the answer is 401.
pub type Fresh = Guarded<Probe, Open<Within<60>, Status<401>, true>>;

/// What `/form` takes: a session whose request proves itself by what its form has, which the handler looks at.
pub type Posted = Guarded<Admin, ByForm<Open<Ever, Status<401>, true>>>;

/// The answer of a handler with a guard.
pub fn guarded(session: Admitted) -> Answer {
    let (session, user) = admitted(session);
    Answer { body: format!("{user} {}", session.get().visits), ..Answer::to("") }
}

/// The answer of a handler for whom has just logged in.
pub fn fresh(session: Fresh) -> Answer {
    Answer { body: format!("{}", admitted(session).get().visits), ..Answer::to("") }
}

/// The answer of a handler of the other session.
#[allow(clippy::needless_pass_by_value, reason = "as a handler has it")]
pub fn admin(session: Session<Admin>, target: &str) -> Answer {
    done(&session, target).unwrap_or_else(|error| failed(&error))
}

/// The answer of a handler to a form, whose token stands in the target here.
pub fn form(session: Posted, target: &str) -> Answer {
    let session = admitted(session);
    let token = orders(target).find(|(what, _)| *what == "proof").map(|(_, token)| token);
    let verified = token.map_or(Ok(()), |token| session.verify_csrf(token));
    verified.and_then(|()| done(&session, target)).unwrap_or_else(|error| failed(&error))
}

/// The answer of a handler that asks for no token.
pub fn exempt(WithoutCsrf(session): WithoutCsrf<Admin>, target: &str) -> Answer {
    admin(session, target)
}

/// The answer of a handler for https only.
#[allow(clippy::needless_pass_by_value, reason = "as a handler has it")]
pub fn vault(session: Session<Vault>, target: &str) -> Answer {
    let visits = session.update(|vault| {
        vault.visits += u32::from(orders(target).any(|(what, _)| what == "visit"));
        vault.visits
    });
    Answer { body: visits.to_string(), ..Answer::to(target) }
}

/// Does what is ordered. The body is the number of visits, or a token.
fn done(session: &Session<Admin>, target: &str) -> Result<Answer, Error> {
    let mut token = None;
    for (what, _) in orders(target) {
        match what {
            "visit" => session.update(|admin| admin.visits += 1),
            "logout" => session.destroy(),
            "token" => token = Some(session.csrf_token()?.to_string()),
            _ => {}
        }
    }
    let body = token.unwrap_or_else(|| session.get().visits.to_string());
    Ok(Answer { body, ..Answer::to(target) })
}

fn failed(error: &Error) -> Answer {
    Answer { status: error.status(), ..Answer::to("") }
}
