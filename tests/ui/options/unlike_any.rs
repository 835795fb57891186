use session_runtime::session;

#[session(encryption = "aes")]
struct Shop {
    visits: u32,
}

fn main() {}
