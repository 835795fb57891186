use session_runtime::session;

#[session]
struct Shop {
    #[session(alias = ["seen", "count"])]
    visits: u32,
}

fn main() {}
