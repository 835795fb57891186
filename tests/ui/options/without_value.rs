use session_runtime::session;

#[session(idle)]
struct Shop {
    visits: u32,
}

fn main() {}
