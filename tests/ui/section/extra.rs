use session_runtime::{Extra, session};

#[session]
struct Shop {}

#[session(within = Shop)]
struct Cart {
    #[session(extra)]
    rest: Extra,
}

fn main() {}
