use session_runtime::{Error, Session, session};

#[session]
struct Shop {
    #[session(owner)]
    user: Option<u64>,
}

async fn act_as(handle: Session<Shop>) -> Result<(), Error> {
    handle.impersonate(&7).await
}

fn main() {}
