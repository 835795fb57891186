use session_runtime::session;

#[session]
struct Shop {
    #[session(default = None, owner)]
    user: Option<u32>,
}

fn main() {}
