use session_runtime::session;

#[session]
struct Shop {
    #[session(skip, merge = add)]
    visits: u32,
}

fn main() {}
