use session_runtime::with_session;

#[with_session]
struct Shop {
    visits: u32,
}

fn main() {}
