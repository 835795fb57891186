use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = with)]
    visits: u32,
}

fn main() {}
