//! Each program, started as a user would start it, and used over its socket.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test says so by failing")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

/// A running program, stopped when dropped.
struct Program {
    child: Child,
    address: String,
}

impl Program {
    fn start(path: &str) -> Self {
        Self::run(&mut Command::new(path))
    }

    fn run(command: &mut Command) -> Self {
        let mut child =
            command.env("ADDR", "127.0.0.1:0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        // log lines may come first
        let address = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .find_map(|line| line.unwrap().strip_prefix("listening on http://").map(str::to_owned))
            .unwrap();
        Self { child, address }
    }

    /// One request; returns the whole response, and keeps the cookie that it sets.
    fn send(&self, request: &str, form: &str, cookie: &mut String) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{request} HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\nconnection: close\r\n\
             content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
            form.len()
        )
        .unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        if let Some(line) = response.lines().find_map(|line| line.strip_prefix("set-cookie: ")) {
            *cookie = line.split(';').next().unwrap().to_owned();
        }
        response
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// MP-1, MP-2.
#[test]
fn the_counter_counts_each_browser_for_itself() {
    counts_each_browser_for_itself(env!("CARGO_BIN_EXE_counter"));
}

/// MP-10, MP-13.
#[test]
fn a_store_of_ones_own_is_as_good_as_ours() {
    counts_each_browser_for_itself(env!("CARGO_BIN_EXE_custom_store"));
}

fn counts_each_browser_for_itself(program: &str) {
    let counter = Program::start(program);
    let (mut first, mut second) = (String::new(), String::new());
    for n in 1..=3 {
        let page = counter.send("GET /", "", &mut first);
        assert!(page.ends_with(&format!("You have visited {n} times.")), "{page}");
    }
    assert!(counter.send("GET /", "", &mut second).ends_with("You have visited 1 times."));
}

/// S71.
#[test]
fn visitors_and_administrators_have_a_cookie_each() {
    let areas = Program::start(env!("CARGO_BIN_EXE_areas"));
    let (mut visitor, mut admin) = (String::new(), String::new());
    assert!(areas.send("GET /", "", &mut visitor).ends_with("page 1, wishes: "));
    areas.send("POST /wishes/bread", "", &mut visitor);
    assert!(areas.send("GET /", "", &mut visitor).ends_with("page 2, wishes: bread"));
    assert!(areas.send("GET /admin", "", &mut admin).starts_with("HTTP/1.1 403"));
    let login = areas.send("POST /admin/login", "", &mut admin);
    assert!(login.contains("Path=/admin") && login.contains("SameSite=Strict"), "{login}");
    let mut both = format!("{visitor}; {admin}");
    assert!(areas.send("GET /admin", "", &mut both).ends_with("Hello, ann."));
    assert!(areas.send("POST /admin/logout", "", &mut admin).contains("Max-Age=0"));
    assert!(areas.send("GET /", "", &mut visitor).ends_with("page 3, wishes: bread"));
}

#[test]
fn the_shop_logs_in_and_out_fills_a_cart_and_shows_a_message_once() {
    sells(&Program::start(env!("CARGO_BIN_EXE_shop")));
}

#[cfg(unix)]
#[test]
fn the_shop_does_the_same_with_files_and_a_restart_keeps_its_sessions() {
    let folder = std::env::temp_dir().join(format!("shop-test-{}", std::process::id()));
    std::fs::create_dir(&folder).unwrap();
    let start = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_shop"));
        Program::run(command.args(["--store", "file"]).env("TMPDIR", &folder))
    };
    sells(&start());
    let mut cookie = String::new();
    start().send("POST /cart", "item=Bread", &mut cookie);
    assert!(start().send("GET /", "", &mut cookie).contains("1 × Bread"));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn the_shop_does_the_same_with_cookies_and_a_restart_under_the_same_key_keeps_its_sessions() {
    for store in ["signed", "encrypted"] {
        let start = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_shop"));
            let key = "VI3uo8PywWyAJEASw5lVA7vw+5JiflcgZ5LlCy1fO84=";
            Program::run(command.args(["--store", store]).env("SHOP_KEY", key))
        };
        sells(&start());
        let mut cookie = String::new();
        start().send("POST /cart", "item=Bread", &mut cookie);
        assert!(start().send("GET /", "", &mut cookie).contains("1 × Bread"));
    }
}

#[cfg(unix)]
#[test]
fn the_shop_does_the_same_with_redis_and_a_restart_keeps_its_sessions() {
    let server = session_tests::redis::Server::start();
    let start = || Program::run(Command::new(env!("CARGO_BIN_EXE_shop")).args(["--store", &server.url()]));
    sells(&start());
    let mut cookie = String::new();
    start().send("POST /cart", "item=Bread", &mut cookie);
    assert!(start().send("GET /", "", &mut cookie).contains("1 × Bread"));
}

fn sells(shop: &Program) {
    let mut cookie = String::new();
    shop.send("POST /cart", "item=Bread", &mut cookie);
    let anonymous = cookie.clone();
    assert!(shop.send("GET /", "", &mut cookie).contains("Added: Bread."));
    assert!(!shop.send("GET /", "", &mut cookie).contains("Added: Bread."), "a message is shown once");

    let refused = shop.send("POST /login", "name=Ann&password=wrong", &mut cookie);
    assert!(!refused.contains("Max-Age"));
    let page = shop.send("GET /", "", &mut cookie);
    assert!(page.contains("Wrong name or password.") && !page.contains("Logged in as"), "{page}");
    let welcome = shop.send("POST /login", "name=%3CAnn%3E&password=secret&remember=on", &mut cookie);
    assert!(welcome.contains("Max-Age=2592000"), "remembered for 30 days: {welcome}");
    let page = shop.send("GET /", "", &mut cookie);
    assert!(page.contains("Logged in as <b>&lt;Ann&gt;</b>") && page.contains("1 × Bread"), "{page}");
    assert_ne!(cookie, anonymous, "a login is a new id");

    lists_sessions(shop, &mut cookie);
    let ann = cookie.clone();
    let bye = shop.send("POST /logout", "", &mut cookie);
    assert!(bye.contains("Max-Age=0"), "{bye}");
    for mut old in [anonymous, ann] {
        let page = shop.send("GET /", "", &mut old);
        assert!(!page.contains("Logged in") && !page.contains("Bread</li>"), "an old id is dead: {page}");
    }
}

/// S15, S16, S17: of one customer, logged in four times, and of another one.
fn lists_sessions(shop: &Program, cookie: &mut String) {
    let login = |name: &str| {
        let mut cookie = String::new();
        shop.send("POST /login", &format!("name={name}&password=secret"), &mut cookie);
        cookie
    };
    let others = [login("%3CAnn%3E"), login("%3CAnn%3E"), login("%3CAnn%3E")];
    let mut bob = login("Bob");
    let count = |page: &str| (page.matches("<li>").count(), page.matches("(this one)").count());
    let page = shop.send("GET /sessions", "", cookie);
    assert_eq!(count(&page), (4, 1), "{page}");
    assert!(shop.send("GET /sessions", "", &mut String::new()).contains("<ul></ul>"), "nobody has none");

    let handle = page.split("name=session value=").nth(1).unwrap().split('>').next().unwrap();
    let is_in = |cookie: &String| shop.send("GET /", "", &mut cookie.clone()).contains("Logged in as");
    shop.send("POST /sessions/end", &format!("session={handle}"), &mut bob);
    assert!(others.iter().all(is_in), "another customer ends none of them");
    shop.send("POST /sessions/end", &format!("session={handle}"), cookie);
    assert_eq!(others.iter().filter(|cookie| is_in(cookie)).count(), 2);
    assert_eq!(count(&shop.send("GET /sessions", "", cookie)), (3, 1));

    let before = cookie.clone();
    shop.send("POST /sessions/others", "", cookie);
    assert_ne!(*cookie, before, "a new id");
    assert!(is_in(cookie) && is_in(&bob));
    assert_eq!(others.iter().filter(|cookie| is_in(cookie)).count(), 0);
    assert_eq!(count(&shop.send("GET /sessions", "", cookie)), (1, 1));
}
