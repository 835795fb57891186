//! What the server's errors mean, and what may be told of them.

use std::fmt;

use redis::{ErrorKind, RedisError, ServerErrorKind};

use crate::error::StoreError;

/// Why a request to the server came to nothing.
#[derive(Debug)]
pub(super) enum Failure {
    /// The server or the connection said so.
    Said(String),
    /// Nothing came within the time that was given.
    Silence,
    /// The answer was lost, and so many others have written since that nobody can tell whether this was done.
    Unknown,
    /// The answer makes no sense.
    Nonsense,
    /// A caller's mistake: what cannot be kept or moved.
    Refused(&'static str),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Said(what) => write!(f, "Redis: {what}"),
            Self::Silence => f.write_str("Redis did not answer in time"),
            Self::Unknown => f.write_str(
                "the answer of Redis was lost, and it cannot be told whether the session was written",
            ),
            Self::Nonsense => f.write_str("Redis answered with something else"),
            Self::Refused(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Failure {}

impl From<Failure> for StoreError {
    fn from(failure: Failure) -> Self {
        Self::unavailable(failure)
    }
}

/// What can be done about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Remedy {
    /// The script is not known there: send its text.
    SendText,
    /// It was not done, and may soon be possible: the server is loading its data, or another one takes over.
    AskAgain,
    /// The same, but over a new connection: this one leads to a server that is no master any more.
    Reconnect,
    /// Whether it was done is not known.
    AskWhether,
    /// The same, and the connection is of no use.
    AskWhetherElsewhere,
    /// There is no room. It was not done.
    MakeRoom,
    /// Under the key there is something else than a hash.
    Ignore,
    /// Nothing.
    Fail,
}

/// A script sees a key that was moved to another node, as it happens while slots are. It has read, and not written.
const MOVED_AWAY: &str = "non local key";

pub(super) fn remedy(error: &RedisError) -> Remedy {
    match error.kind() {
        ErrorKind::Server(ServerErrorKind::NoScript) => Remedy::SendText,
        ErrorKind::Io if error.is_connection_refusal() => Remedy::AskAgain,
        ErrorKind::Io if error.is_connection_dropped() => Remedy::AskWhether,
        ErrorKind::Io | ErrorKind::Parse | ErrorKind::AuthenticationFailed => Remedy::AskWhetherElsewhere,
        // a cluster whose nodes are not there
        ErrorKind::ClusterConnectionNotFound | ErrorKind::MasterNameNotFoundBySentinel => Remedy::AskAgain,
        ErrorKind::Server(_) | ErrorKind::Extension => by_code(error),
        _ => Remedy::Fail,
    }
}

fn by_code(error: &RedisError) -> Remedy {
    let detail = error.detail().unwrap_or_default();
    match error.code().unwrap_or_default() {
        // before version 7, what stopped a script stands within the text
        "ERR" if detail.contains(MOVED_AWAY) => Remedy::AskAgain,
        "ERR" => ["READONLY", "OOM", "NOREPLICAS", "MASTERDOWN"]
            .into_iter()
            .find(|code| detail.split([' ', ':']).any(|word| word.strip_prefix('-') == Some(*code)))
            .map_or(Remedy::Fail, of_code),
        code => of_code(code),
    }
}

fn of_code(code: &str) -> Remedy {
    match code {
        "LOADING" | "CLUSTERDOWN" | "TRYAGAIN" | "MASTERDOWN" | "MOVED" | "ASK" | "BUSY" | "NOREPLICAS" => {
            Remedy::AskAgain
        }
        "READONLY" => Remedy::Reconnect,
        "OOM" => Remedy::MakeRoom,
        "WRONGTYPE" => Remedy::Ignore,
        _ => Remedy::Fail,
    }
}

/// What may be told of an error: a server that does not know a command repeats its arguments, and these are keys and values
/// (T22).
pub(super) fn told(error: &RedisError) -> String {
    let text = error.to_string();
    let end = text.find("with args beginning with").unwrap_or(text.len());
    text[..end].trim_end_matches([' ', ',']).to_owned()
}

#[cfg(test)]
mod tests {
    use redis::{RedisError, parse_redis_value};

    use super::{Remedy, remedy, told};

    fn error(line: &str) -> RedisError {
        parse_redis_value(format!("-{line}\r\n").as_bytes()).unwrap().extract_error().unwrap_err()
    }

    #[test]
    fn what_was_not_done_may_be_asked_again() {
        for line in [
            "LOADING Redis is loading the dataset in memory",
            "CLUSTERDOWN Hash slot not served",
            "TRYAGAIN Multiple keys request during rehashing of slot",
            "MASTERDOWN Link with MASTER is down",
            "MOVED 3999 127.0.0.1:6381",
            "ASK 3999 127.0.0.1:6381",
            "BUSY Redis is busy running a script.",
            "NOREPLICAS Not enough good replicas to write.",
            "ERR Script attempted to access a non local key in a cluster node script: 1, on @user_script:9.",
            "ERR Error running script (call to f_1): @user_script:9: -NOREPLICAS Not enough good replicas to write.",
        ] {
            assert_eq!(remedy(&error(line)), Remedy::AskAgain, "{line}");
        }
        for line in [
            "READONLY You can't write against a read only replica. script: 1, on @user_script:9.",
            "ERR Error running script (call to f_1): @user_script:9: -READONLY You can't write against a read only replica.",
        ] {
            assert_eq!(remedy(&error(line)), Remedy::Reconnect, "{line}");
        }
        assert_eq!(remedy(&error("NOSCRIPT No matching script. Please use EVAL.")), Remedy::SendText);
        assert_eq!(
            remedy(&error("OOM command not allowed when used memory > 'maxmemory'.")),
            Remedy::MakeRoom
        );
        assert_eq!(remedy(&error("ERR something")), Remedy::Fail);
        assert_eq!(remedy(&error("NOPERM this user has no permissions")), Remedy::Fail);
    }

    #[test]
    fn t22_arguments_that_a_server_repeats_are_not_told() {
        let error = error(
            "ERR unknown command `EVALSHA`, with args beginning with: `1`, `session:{ab}cd`, `secret`, ",
        );
        let told = told(&error);
        assert!(told.contains("unknown command `EVALSHA`"), "{told}");
        assert!(!told.contains("session:") && !told.contains("secret"), "{told}");
    }
}
