use session_runtime::session;

#[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
struct Size {
    width: u32,
}

#[session]
struct Shop {
    #[session(merge = min)]
    size: Size,
}

fn main() {}
