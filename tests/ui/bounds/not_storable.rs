use session_runtime::session;

#[derive(Default)]
struct Connection;

#[session]
struct Shop {
    connection: Connection,
}

fn main() {}

// EM-26
