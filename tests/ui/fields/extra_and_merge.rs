use session_runtime::session;

#[session]
struct Shop {
    #[session(extra, merge = union)]
    rest: session_runtime::Extra,
}

fn main() {}
