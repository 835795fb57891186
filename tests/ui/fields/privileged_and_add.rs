use session_runtime::session;

#[session]
struct Shop {
    #[session(privileged, merge = add)]
    level: u32,
}

fn main() {}
