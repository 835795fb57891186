use session_runtime::session;

#[session]
struct Shop {
    #[session(default)]
    visits: u32,
}

fn main() {}
