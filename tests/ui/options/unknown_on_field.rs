use session_runtime::session;

#[session]
struct Shop {
    #[session(privledged)]
    visits: u32,
}

fn main() {}
