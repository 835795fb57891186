use session_runtime::session;

#[session(within = Shop)]
struct Shop {
    visits: u32,
}

fn main() {}
