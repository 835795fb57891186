use session_runtime::session;

#[session]
struct Shop {
    #[session(rename = "page.visits")]
    visits: u32,
}

fn main() {}
