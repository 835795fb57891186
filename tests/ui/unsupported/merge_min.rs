use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = min)]
    visits: u32,
}

fn main() {}
