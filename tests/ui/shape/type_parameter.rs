use session_runtime::session;

#[session]
struct Shop<T> {
    item: T,
}

fn main() {}
