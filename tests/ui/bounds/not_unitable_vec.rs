use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = union)]
    prices: Vec<f64>,
}

fn main() {}
