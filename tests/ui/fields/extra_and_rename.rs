use session_runtime::session;

#[session]
struct Shop {
    #[session(extra, rename = "rest")]
    others: session_runtime::Extra,
}

fn main() {}
