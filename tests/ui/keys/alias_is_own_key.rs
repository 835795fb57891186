use session_runtime::session;

#[session]
struct Shop {
    #[session(alias = "visits")]
    visits: u32,
}

fn main() {}
