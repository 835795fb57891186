use session_runtime::session;

#[session]
struct Shop {
    #[session(rename = "")]
    visits: u32,
}

fn main() {}
