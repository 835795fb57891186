use session_runtime::session;

#[session]
struct Shop {
    #[session(alias = "n", alias = "n")]
    visits: u32,
}

fn main() {}
