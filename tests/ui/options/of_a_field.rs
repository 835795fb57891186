use session_runtime::session;

#[session(merge = add)]
struct Shop {
    visits: u32,
}

fn main() {}
