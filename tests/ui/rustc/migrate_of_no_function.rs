use session_runtime::session;

#[session(version = 1, migrate = no_such_function)]
struct Shop {
    visits: u32,
}

fn main() {}
