use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = sum)]
    visits: u32,
}

fn main() {}
