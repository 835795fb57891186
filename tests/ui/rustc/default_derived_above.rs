use session_runtime::session;

#[derive(Default)]
#[session]
struct Shop {
    visits: u32,
}

fn main() {}
