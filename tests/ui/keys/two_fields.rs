use session_runtime::session;

#[session]
struct Shop {
    visits: u32,
    #[session(rename = "visits")]
    views: u32,
}

fn main() {}
