use session_runtime::session;

#[session]
struct Shop {
    #[session(skip)]
    visits: std::cell::Cell<u32>,
}

fn main() {}
