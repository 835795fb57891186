use session_runtime::session;

#[session]
struct Shop {
    #[session(alias = "visits\n")]
    visits: u32,
}

fn main() {}
