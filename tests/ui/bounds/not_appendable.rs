use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = append)]
    articles: std::collections::BTreeSet<u32>,
}

fn main() {}
