use session_runtime::session;

#[session]
struct Shop {
    #[session(merge = with(larger))]
    visits: u32,
}

fn larger(theirs: u32, ours: u32) -> u32 {
    theirs.max(ours)
}

fn main() {}
