use session_runtime::session;

#[session]
struct Shop {
    #[session(default = "dark")]
    theme: String,
}

fn main() {}
