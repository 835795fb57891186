use session_runtime::session;

#[session]
struct Shop {
    #[session(default = 1 +)]
    visits: u32,
}

fn main() {}
