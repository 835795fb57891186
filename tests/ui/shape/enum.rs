use session_runtime::session;

#[session]
enum Shop {
    Open,
}

fn main() {}
