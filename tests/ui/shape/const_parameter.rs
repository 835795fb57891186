use session_runtime::session;

#[session]
struct Shop<const N: usize> {
    visits: [u32; N],
}

fn main() {}
