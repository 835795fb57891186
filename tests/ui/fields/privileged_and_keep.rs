use session_runtime::session;

#[session]
struct Shop {
    #[session(privileged, keep)]
    admin: bool,
}

fn main() {}
