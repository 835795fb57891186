use session_runtime::session;

#[session]
struct Shop {
    #[session(add)]
    visits: u32,
}

fn main() {}
