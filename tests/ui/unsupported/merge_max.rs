use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = max)]
    visits: u32,
}

fn main() {}
