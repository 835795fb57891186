use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = append)]
    visits: u32,
}

fn main() {}
