use session_runtime::session;

#[session]
struct Shop {
    #[session]
    visits: u32,
}

fn main() {}
