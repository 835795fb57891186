use session_runtime::session;

#[session]
struct Shop {
    #[session(merge)]
    visits: u32,
}

fn main() {}
