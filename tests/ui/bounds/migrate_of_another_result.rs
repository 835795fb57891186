use session_runtime::session;

#[session(version = 1, migrate = migrate)]
struct Shop {
    visits: u32,
}

fn migrate(_: &mut session_runtime::Migration) {}

fn main() {}
