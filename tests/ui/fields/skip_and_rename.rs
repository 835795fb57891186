use session_runtime::session;

#[session]
struct Shop {
    #[session(skip, rename = "n")]
    visits: u32,
}

fn main() {}
