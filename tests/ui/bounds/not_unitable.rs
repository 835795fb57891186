use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = union)]
    visits: u32,
}

fn main() {}
