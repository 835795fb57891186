use session_runtime::session;

#[session]
struct Shop {
    #[session(idle = "30m")]
    visits: u32,
}

fn main() {}
