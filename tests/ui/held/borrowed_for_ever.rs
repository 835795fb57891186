use session_runtime::session;

#[session]
struct Shop {
    names: Vec<&'static str>,
}

fn main() {}
