use session_runtime::session;

#[session]
#[derive(Debug, Default)]
struct Shop {
    visits: u32,
}

fn main() {}
