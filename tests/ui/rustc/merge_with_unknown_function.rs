use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = with(largest))]
    visits: u32,
}

fn main() {}
