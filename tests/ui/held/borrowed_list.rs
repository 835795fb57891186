use session_runtime::session;

#[session]
struct Shop {
    names: Option<&'static [String]>,
}

fn main() {}
