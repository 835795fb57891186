use session_runtime::session;

#[session(crsf)]
struct Shop {
    visits: u32,
}

fn main() {}
