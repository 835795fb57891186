use session_runtime::session;

#[derive(Default)]
struct Connection;

#[session]
struct Shop {
    #[session(merge = reject)]
    connection: Connection,
}

fn main() {}
