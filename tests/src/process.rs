//! This test program, a second time: a process that can be killed.

use std::fmt::Display;
use std::fs::Permissions;
use std::io::{BufRead as _, BufReader, Lines, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Somebody without rights of their own.
const NOBODY: u32 = 65_534;

/// What a child is to do, and where.
const ROLE: &str = "SESSION_TEST_ROLE";
const FOLDER: &str = "SESSION_TEST_FOLDER";

/// This program again, in another role, with the lines that it reports.
#[derive(Debug)]
pub struct Other {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Other {
    /// Starts it, and waits until it is there.
    pub fn start(role: &str, folder: &Path) -> Self {
        Self::run(Command::new(std::env::current_exe().unwrap()), role, folder)
    }

    /// One that cannot write files of over 16 KiB: a write stops half way, as on a full disk.
    pub fn with_little_room(role: &str, folder: &Path) -> Self {
        let mut shell = Command::new("sh");
        shell.args(["-c", "trap '' XFSZ; ulimit -f 32; exec \"$0\" \"$@\""]);
        shell.arg(std::env::current_exe().unwrap());
        Self::run(shell, role, folder)
    }

    /// One that is bound by permissions, which root is not: `folder` is its own, and so is a copy of this program in it.
    pub fn without_privileges(role: &str, folder: &Path) -> Self {
        let program = folder.join("program");
        std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
        let own = folder.join("own");
        std::fs::create_dir(&own).unwrap();
        std::fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
        std::fs::set_permissions(&own, Permissions::from_mode(0o700)).unwrap();
        // fails where we are not root: then the folder is ours, and we are bound already
        if std::os::unix::fs::chown(&own, Some(NOBODY), Some(NOBODY)).is_err() {
            return Self::run(Command::new(program), role, &own);
        }
        let mut dropping = Command::new("setpriv");
        dropping.args([format!("--reuid={NOBODY}"), format!("--regid={NOBODY}"), "--clear-groups".into()]);
        dropping.arg(program).current_dir("/");
        Self::run(dropping, role, &own)
    }

    fn run(mut command: Command, role: &str, folder: &Path) -> Self {
        let mut child = command
            .args(["--exact", "a_child", "--nocapture", "--test-threads=1"])
            .env(ROLE, role)
            .env(FOLDER, folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut other = Self { child, lines };
        assert_eq!(other.report().as_deref(), Some("ready"));
        other
    }

    /// The next thing that the child reports; nothing once it has ended. What the test harness prints is passed over.
    pub fn report(&mut self) -> Option<String> {
        self.lines.find_map(|line| line.ok()?.rsplit_once("report ").map(|(_, report)| report.to_owned()))
    }

    /// The number of the process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Lets it begin.
    pub fn go(&mut self) {
        drop(self.child.stdin.take());
    }

    /// Waits for its end, and returns its report.
    pub fn end(mut self) -> String {
        let last = self.report().unwrap();
        assert!(self.child.wait().unwrap().success());
        last
    }

    /// SIGKILL, and what was reported up to then.
    pub fn kill(mut self) -> Option<String> {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut last = None;
        while let Some(report) = self.report() {
            last = Some(report);
        }
        last
    }
}

impl Drop for Other {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Tells the process that started this one.
pub fn report(text: impl Display) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "report {text}").unwrap();
    out.flush().unwrap();
}

/// What this process is to do and where, if it was started by [`Other`].
pub fn role() -> Option<(String, PathBuf)> {
    Some((std::env::var(ROLE).ok()?, std::env::var_os(FOLDER)?.into()))
}

/// Says that this process is there, and waits until all are.
pub fn wait_for_the_start() {
    report("ready");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}
