use session_runtime::session;

#[session]
struct Shop {
    #[session(alias = "n")]
    visits: u32,
    #[session(alias = "n")]
    views: u32,
}

fn main() {}
