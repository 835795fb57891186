use session_runtime::session;

#[session(csrf = "X-CSRF-Token")]
struct Shop {
    visits: u32,
}

fn main() {}
