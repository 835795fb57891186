use session_runtime::session;

#[session]
struct Shop {
    #[session(csrf)]
    visits: u32,
}

fn main() {}
