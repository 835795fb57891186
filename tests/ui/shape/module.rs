use session_runtime::session;

#[session]
mod shop {}

fn main() {}
