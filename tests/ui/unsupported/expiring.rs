use session_runtime::session;

struct Expiring<T>(T);

#[session]
struct Shop {
    code: Expiring<u32>,
}

fn main() {}
