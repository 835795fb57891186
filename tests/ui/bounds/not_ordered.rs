use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = max)]
    price: f64,
}

fn main() {}
