use session_runtime::session;

#[session]
struct Shop {
    #[session(keep)]
    #[session(keep)]
    visits: u32,
}

fn main() {}
