use session_runtime::session;

#[session]
struct Shop {
    #[cfg_attr(all(), session(skip))]
    visits: u32,
}

fn main() {}
