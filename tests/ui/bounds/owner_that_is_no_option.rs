use session_runtime::session;

mod my {
    pub type Option<T> = Vec<T>;
}

#[session]
struct Shop {
    #[session(owner)]
    user: my::Option<u32>,
}

fn main() {}
