use session_runtime::session;

#[session]
struct Shop<'a> {
    name: &'a str,
}

fn main() {}
