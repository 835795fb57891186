use session_runtime::session;

#[derive(Default)]
struct Cache;

#[session]
struct Shop {
    #[session(skip)]
    cache: Cache,
}

fn main() {}
