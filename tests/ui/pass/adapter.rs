// the adapter of a third party, in each kind of argument
use session_runtime::{Session, SessionData, Unavailable, session, session_adapter, with_session};

session_adapter! {
    /// Sessions for a framework of somebody else.
    pub mod my_sessions;
}

#[session(adapter = my_sessions)]
struct Shop {
    user: Option<String>,
}

#[session(within = Shop, adapter = self::my_sessions)]
struct Cart {
    items: u32,
}

#[with_session]
async fn edit(session: &mut Shop) {
    session.user = None;
}

#[with_session]
async fn read(session: &Cart, handle: my_sessions::Extracted<Session<Shop>>) -> u32 {
    handle.0.rotate();
    session.items
}

#[with_session]
async fn attempt(session: Result<&Shop, Unavailable>) -> bool {
    session.is_ok()
}

#[with_session(require = user)]
async fn guarded(session: &Shop, user: &str) -> bool {
    session.user.as_deref() == Some(user)
}

fn main() {
    fn takes<T, R>(_: impl Fn(T) -> R) {}
    takes::<my_sessions::Extracted<Session<Shop>>, _>(edit);
    takes::<<Shop as SessionData>::Attempt, _>(attempt);
    let _ = (read, |session| guarded(session));
    let _: Option<my_sessions::Layer<Shop>> = None;
}
