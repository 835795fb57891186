use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = add)]
    name: String,
}

fn main() {}
