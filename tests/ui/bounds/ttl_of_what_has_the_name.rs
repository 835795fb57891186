use session_runtime::session;

#[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Expiring<T>(T);

#[session]
struct Shop {
    #[session(ttl = "5m")]
    code: Expiring<u32>,
}

fn main() {}
