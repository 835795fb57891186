//! Redis servers, single and in a cluster, that a test starts for itself.

mod cluster;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use redis::{Connection, FromRedisValue, Value};
use session_runtime::store::Key;
use session_runtime::{MemoryStore, Sessions, Token};

pub use self::cluster::{Cluster, shared_cluster};
use crate::shop::Shop;

/// Longer than a server takes to start, or a cluster to agree. It only turns a test that would hang into one that fails.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often is looked whether it has.
const GLANCE: Duration = Duration::from_millis(10);

/// Starts the server, and ends it when standard input ends: so neither a server nor its folder outlives the test program,
/// however that ends.
const GUARD: &str = r#"folder=$1; shift
redis-server "$@" >"$folder/log" 2>&1 &
echo $!
while read -r _; do :; done
kill -9 $! 2>/dev/null
wait $! 2>/dev/null
[ -e "$folder/stays" ] || rm -rf "$folder""#;

/// A `redis-server` of this test, on the loopback.
#[derive(Debug)]
pub struct Server {
    port: u16,
    bus: u16,
    folder: PathBuf,
    settings: Vec<String>,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    guard: Child,
    /// Held open for as long as the server is to run.
    leash: Option<ChildStdin>,
    pid: String,
}

impl Server {
    /// A server that keeps nothing: a restart forgets all.
    pub fn start() -> Self {
        Self::with(&["--save", "", "--appendonly", "no"])
    }

    /// A server that has on disk what it has acknowledged.
    pub fn durable() -> Self {
        Self::with(&["--save", "", "--appendonly", "yes", "--appendfsync", "always"])
    }

    /// A server with these settings.
    pub fn with(settings: &[&str]) -> Self {
        let settings: Vec<_> = settings.iter().map(|&setting| setting.to_owned()).collect();
        // between being found and being used, a port may be taken by somebody else
        for _ in 0..10 {
            let mut server = Self {
                port: free_port(),
                bus: free_port(),
                folder: temporary(),
                settings: settings.clone(),
                running: None,
            };
            if server.try_to_run() {
                return server;
            }
        }
        panic!("no redis-server could be started");
    }

    /// A Sentinel that watches this master, and lets a replica take over after half a second.
    pub fn sentinel(master: &Self) -> Self {
        let port = master.port();
        let sentinel = Self::with(&["--sentinel", "--loglevel", "notice"]);
        for words in [
            &["SENTINEL", "MONITOR", "main", "127.0.0.1", &port.to_string(), "1"][..],
            &["SENTINEL", "SET", "main", "down-after-milliseconds", "500"],
            &["SENTINEL", "SET", "main", "failover-timeout", "2000"],
        ] {
            let _: Value = sentinel.ask(words);
        }
        sentinel
    }

    /// The server's URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.port)
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Where it listens.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Where it talks to other nodes of a cluster.
    pub const fn bus(&self) -> u16 {
        self.bus
    }

    /// Asks the server something, and returns its answer.
    pub fn ask<T: FromRedisValue>(&self, words: &[&str]) -> T {
        self.try_to_ask(words).unwrap()
    }

    /// The same, where the answer may be an error.
    ///
    /// # Errors
    /// What the server says.
    pub fn try_to_ask<T: FromRedisValue>(&self, words: &[&str]) -> redis::RedisResult<T> {
        let mut command = redis::cmd(words[0]);
        for word in &words[1..] {
            command.arg(*word);
        }
        command.query(&mut self.connection())
    }

    fn connection(&self) -> Connection {
        redis::Client::open(self.url()).unwrap().get_connection_with_timeout(PATIENCE).unwrap()
    }

    /// The names of all keys.
    pub fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self.ask(&["KEYS", "*"]);
        keys.sort();
        keys
    }

    /// The fields and values of a hash.
    pub fn hash(&self, key: &str) -> std::collections::BTreeMap<String, String> {
        self.ask(&["HGETALL", key])
    }

    /// Every byte under keys that begin with `prefix`, names included.
    pub fn dump(&self, prefix: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        for key in self.keys().into_iter().filter(|key| key.starts_with(prefix)) {
            bytes.extend_from_slice(key.as_bytes());
            for part in self.ask::<Vec<Vec<u8>>>(&["HGETALL", &key]) {
                bytes.extend(part);
            }
        }
        bytes
    }

    /// Forgets how often each command was called.
    pub fn forget_commands(&self) {
        let _: Value = self.ask(&["CONFIG", "RESETSTAT"]);
    }

    /// How often each command was called since, by its name: those of scripts count, too. What a connection says when it is
    /// made, and what this very question takes, is left out.
    pub fn commands(&self) -> Vec<(String, u64)> {
        let info: String = self.ask(&["INFO", "commandstats"]);
        let mut commands: Vec<_> = info.lines().filter_map(command_count).collect();
        commands
            .retain(|(name, _)| !matches!(&**name, "info" | "config|resetstat" | "client|setinfo" | "hello"));
        commands.sort();
        commands
    }

    /// How often this command was called since [`forget_commands`](Self::forget_commands).
    pub fn count(&self, command: &str) -> u64 {
        self.commands().into_iter().find(|(name, _)| name == command).map_or(0, |(_, count)| count)
    }

    /// Whether it is a `master`, or a `slave`, as servers still call it.
    pub fn is_a(&self, role: &str) -> bool {
        self.ask::<String>(&["INFO", "replication"]).contains(&format!("role:{role}"))
    }

    /// Whether this replica has what its master has.
    pub fn has_caught_up(&self) -> bool {
        self.ask::<String>(&["INFO", "replication"]).contains("master_link_status:up")
    }

    /// Has its master hand over to it, as an operator does.
    pub fn takes_over(&self) {
        eventually("a replica has caught up", || self.has_caught_up());
        let mut asked: Option<Instant> = None;
        eventually("a replica takes over", || {
            // the other masters may refuse, if they have voted lately: then it gives up after a while
            if asked.is_none_or(|asked| asked.elapsed() > Duration::from_secs(2)) {
                let _: Value = self.ask(&["CLUSTER", "FAILOVER"]);
                asked = Some(Instant::now());
            }
            self.is_a("master")
        });
    }

    /// SIGKILL: nothing is said to anybody.
    pub fn kill(&mut self) {
        drop(std::fs::write(self.folder.join("stays"), ""));
        self.running = None;
    }

    /// Runs it again, at the same place, with what is on disk.
    pub fn run_again(&mut self) {
        assert!(self.running.is_none(), "it runs");
        std::fs::remove_file(self.folder.join("stays")).unwrap();
        assert!(self.try_to_run(), "it runs again");
    }

    /// Stops the process where it is: connections stay, and nothing is answered.
    pub fn hang(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn go_on(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let pid = &self.running.as_ref().expect("it runs").pid;
        let shell = Command::new("sh").args(["-c", &format!("kill -{name} {pid}")]).status();
        assert!(shell.unwrap().success());
    }

    /// Empty; a Sentinel keeps in it what it knows.
    fn settings_file(&self) -> PathBuf {
        let file = self.folder.join("redis.conf");
        if !file.exists() {
            std::fs::write(&file, "").unwrap();
        }
        file
    }

    fn try_to_run(&mut self) -> bool {
        let mut guard = Command::new("sh");
        guard.args(["-c", GUARD, "sh"]).arg(&self.folder).arg(self.settings_file());
        guard.args(["--bind", "127.0.0.1", "--daemonize", "no"]);
        guard.args(["--port", &self.port.to_string(), "--cluster-port", &self.bus.to_string()]);
        guard.arg("--dir").arg(&self.folder).args(&self.settings);
        let mut guard = guard.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("there is a shell");
        let mut pid = String::new();
        BufReader::new(guard.stdout.take().unwrap()).read_line(&mut pid).unwrap();
        let leash = guard.stdin.take();
        self.running = Some(Running { guard, leash, pid: pid.trim().to_owned() });
        let begun = Instant::now();
        while begun.elapsed() < PATIENCE {
            if answers(self.port) {
                return true;
            }
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(
                !log.contains("not found"),
                "redis-server is not installed: `cargo xtask test` installs it, or `apt-get install redis-server`"
            );
            if log.contains("Failed listening") || log.contains("Address already in use") {
                return false;
            }
            sleep(GLANCE);
        }
        panic!("redis-server does not answer: {:?}", std::fs::read_to_string(self.folder.join("log")));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.leash.take());
        drop(self.guard.wait());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        drop(std::fs::remove_dir_all(&self.folder));
    }
}

/// `cmdstat_hset:calls=3,usec=…`
fn command_count(line: &str) -> Option<(String, u64)> {
    let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
    Some((name.to_owned(), rest.split(',').next()?.parse().ok()?))
}

fn answers(port: u16) -> bool {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
    let mut reply = [0; 7];
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let answered = stream.write_all(b"PING\r\n").and_then(|()| stream.read_exact(&mut reply)).is_ok();
    answered && (&reply == b"+PONG\r\n" || &reply == b"-NOAUTH")
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn temporary() -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let n = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = std::env::temp_dir().join(format!("session-redis-{}-{n}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    folder
}

/// The key of the `n`-th session, in a slot of its own, unlike those of the suite's kit.
pub fn key_in_its_own_slot(n: u16) -> Key {
    let mut id = [1; 34];
    id[..2].copy_from_slice(&n.to_be_bytes());
    // an odd factor takes each number to another one, and neighbours far apart
    id[32..].copy_from_slice(&n.wrapping_mul(40_503).to_be_bytes());
    let token = Token::parse(URL_SAFE_NO_PAD.encode(id)).unwrap();
    Sessions::<Shop>::new(MemoryStore::new()).unwrap().key(&token)
}

/// A server that all tests of a program share, each with a [`prefix`] of its own.
pub fn shared() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(Server::start)
}

/// A prefix that no other test has.
pub fn prefix() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    format!("test-{}-{}:", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed))
}

/// Waits for something that another process does in its own time.
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < PATIENCE, "waited in vain: {what}");
        sleep(GLANCE);
    }
}
