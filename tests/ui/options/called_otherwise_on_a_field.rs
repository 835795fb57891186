use session_runtime::session;

#[session]
struct Shop {
    #[session(transient)]
    visits: u32,
}

fn main() {}
