//! The scripts, and how one is called.

use std::borrow::Cow;
use std::sync::LazyLock;

use redis::{Cmd, Script};

/// Each with what it shares with the others before it: the server knows no modules.
macro_rules! script {
    ($($part:literal)+) => {
        Scripted::new(concat!($(include_str!(concat!("lua/", $part, ".lua")), "\n"),+))
    };
}

pub(super) static CREATE: LazyLock<Scripted> = LazyLock::new(|| script!("record" "create"));
pub(super) static UPDATE: LazyLock<Scripted> = LazyLock::new(|| script!("record" "merge" "update"));
pub(super) static ROTATE: LazyLock<Scripted> = LazyLock::new(|| script!("record" "merge" "rotate"));
pub(super) static TOUCH: LazyLock<Scripted> = LazyLock::new(|| script!("record" "touch"));
pub(super) static DELETE: LazyLock<Scripted> = LazyLock::new(|| script!("record" "delete"));

/// A script's text and its name on the server.
pub(super) struct Scripted {
    text: &'static str,
    script: Script,
}

impl Scripted {
    fn new(text: &'static str) -> Self {
        Self { text, script: Script::new(text) }
    }
}

/// Whether the server is thought to know the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum By {
    Name,
    /// Which makes it known, on the very node that was asked.
    Text,
}

/// One call: a script, the names of records in one slot, and its arguments.
pub(super) struct Call<'a> {
    pub(super) script: &'static Scripted,
    pub(super) names: &'a [&'a str],
    pub(super) arguments: Vec<Cow<'a, [u8]>>,
}

impl Call<'_> {
    /// The command. `again`: it was sent before, and nobody knows whether it was done.
    pub(super) fn command(&self, by: By, again: bool) -> Cmd {
        let bytes: usize = self.arguments.iter().map(|argument| argument.len()).sum();
        let mut command = Cmd::with_capacity(self.arguments.len() + self.names.len() + 4, bytes + 512);
        match by {
            By::Name => command.arg("EVALSHA").arg(self.script.script.get_hash()),
            By::Text => command.arg("EVAL").arg(self.script.text),
        };
        command.arg(self.names.len());
        for name in self.names {
            command.arg(*name);
        }
        command.arg(super::hash::flag(again));
        for argument in &self.arguments {
            command.arg(&**argument);
        }
        command
    }
}
