use session_runtime::with_session;

#[with_session]
trait Shop {
    fn visits(&self) -> u32;
}

fn main() {}
