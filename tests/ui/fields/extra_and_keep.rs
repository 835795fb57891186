use session_runtime::session;

#[session]
struct Shop {
    #[session(keep, extra)]
    rest: session_runtime::Extra,
}

fn main() {}
