use session_runtime::session;

#[session(adapter = my_sessions)]
struct Shop {
    visits: u32,
}

fn main() {}
