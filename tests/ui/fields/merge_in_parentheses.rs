use session_runtime::session;

#[session]
struct Shop {
    #[session(merge(add))]
    visits: u32,
}

fn main() {}
