use session_runtime::session;

#[session(cokie = "id")]
struct Shop {
    visits: u32,
}

fn main() {}
