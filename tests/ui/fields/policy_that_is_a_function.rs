use session_runtime::session;

fn largest(base: &u32, theirs: &u32, ours: &u32) -> u32 {
    *base.max(theirs).max(ours)
}

#[session]
struct Shop {
    #[session(merge = largest)]
    visits: u32,
}

fn main() {}
