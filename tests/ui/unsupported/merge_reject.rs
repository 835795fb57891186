use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = reject)]
    visits: u32,
}

fn main() {}
