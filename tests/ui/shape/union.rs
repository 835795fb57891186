use session_runtime::session;

#[session]
union Shop {
    a: u32,
}

fn main() {}
