//! Each counter, started as a user would start it, and used over its socket.

#![allow(clippy::unwrap_used, reason = "a test says so by failing")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

struct Program(Child, String);

impl Program {
    fn start(path: &str) -> Self {
        let mut command = Command::new(path);
        let mut child =
            command.env("ADDR", "127.0.0.1:0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // log lines may come first
        let address =
            lines.find_map(|line| line.unwrap().strip_prefix("listening on http://").map(str::to_owned));
        // they must have somewhere to go
        std::thread::spawn(move || lines.for_each(drop));
        Self(child, address.unwrap())
    }

    fn get(&self, cookie: &mut String) -> String {
        let mut stream = TcpStream::connect(&self.1).unwrap();
        write!(stream, "GET / HTTP/1.1\r\nhost: x\r\ncookie: {cookie}\r\nconnection: close\r\n\r\n").unwrap();
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
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn counts_each_browser_for_itself(program: &str) {
    let counter = Program::start(program);
    let (mut first, mut second) = (String::new(), String::new());
    for n in 1..=3 {
        let page = counter.get(&mut first);
        assert!(page.contains(&format!("You have visited {n} times.")), "{page}");
    }
    assert!(counter.get(&mut second).contains("You have visited 1 times."));
}

#[test]
fn one_counter_counts_with_every_framework() {
    for program in [
        env!("CARGO_BIN_EXE_actix"),
        env!("CARGO_BIN_EXE_axum"),
        env!("CARGO_BIN_EXE_poem"),
        env!("CARGO_BIN_EXE_rocket"),
        env!("CARGO_BIN_EXE_salvo"),
        env!("CARGO_BIN_EXE_warp"),
    ] {
        counts_each_browser_for_itself(program);
    }
}
