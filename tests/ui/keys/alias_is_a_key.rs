use session_runtime::session;

#[session]
struct Shop {
    #[session(alias = "views")]
    visits: u32,
    views: u32,
}

fn main() {}
