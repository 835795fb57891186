use session_runtime::session;

#[session(cokie = "id")]
struct Shop {
    #[session(skip, keep)]
    visits: u32,
}

fn main() {}
