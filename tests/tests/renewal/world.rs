//! One session, on any store, whose requests the test handles itself.

use std::sync::Arc;
use std::time::Duration;

use session_runtime::clock::{Clock as _, ManualClock, SystemClock};
use session_runtime::store::{EncryptedStore, Key};
use session_runtime::{
    EncryptedCookieStore, FileStore, Flash, MemoryStore, RedisStore, RevocationList, Session, Sessions,
    SessionsBuilder, SignedCookieStore, session,
};
use session_tests::redis::{prefix, shared};
use session_tests::stores::any_keys;
use session_tests::{ByHand, Folder, Handling, Reply, ScriptedStore};

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const TICK: Duration = Duration::from_millis(1);
pub(crate) const GRACE: Duration = Duration::from_secs(30);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// A millisecond less.
pub(crate) const fn just_before(span: Duration) -> Duration {
    span.saturating_sub(TICK)
}

/// Activity is recorded once in six minutes.
#[session(idle = "1h", absolute = "12h")]
pub(crate) struct Login {
    #[session(owner)]
    pub(crate) user: Option<String>,
    #[session(privileged)]
    pub(crate) admin: bool,
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) c: u32,
    pub(crate) d: u32,
    pub(crate) coupon: Option<String>,
    pub(crate) notice: Flash<String>,
}

pub(crate) type Request = Handling<Session<Login>>;

pub(crate) struct World {
    pub(crate) name: &'static str,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) sessions: Sessions<Login>,
    pub(crate) web: ByHand<Session<Login>>,
    /// Of the id that the session began with.
    pub(crate) old: String,
    pub(crate) old_key: Key,
    /// Whether two requests' changes are merged.
    pub(crate) merges: bool,
    /// Goes with the world.
    #[allow(dead_code, reason = "dropping it removes the folder")]
    folder: Option<Folder>,
}

impl World {
    /// A session of ten minutes ago, so that its id is old enough, and activity is due.
    pub(crate) async fn new(name: &'static str, builder: SessionsBuilder<Login>) -> Self {
        // servers that drop what is over do so by their own clock: the records begin in the present
        let clock = Arc::new(ManualClock::at(SystemClock.now()));
        let sessions = builder.clock(Arc::clone(&clock)).build().unwrap();
        let web = ByHand::serve(|app| app.layer(sessions.clone())).await;
        let login = Login { user: Some("ann".into()), coupon: Some("free".into()), a: 1, ..Login::default() };
        let issued = sessions.issue(login).await.unwrap();
        clock.advance(Duration::from_secs(600));
        let (old, old_key) = (issued.cookie().to_owned(), sessions.key(issued.token()));
        Self { name, clock, sessions, web, old, old_key, merges: true, folder: None }
    }

    /// On a store that a test pauses.
    pub(crate) async fn scripted() -> (Self, ScriptedStore) {
        let store = ScriptedStore::new();
        let world = Self::new("scripted", Sessions::builder(store.clone())).await;
        store.forget();
        (world, store)
    }

    /// A request with this cookie, which has come to its handler and asked for its session.
    pub(crate) async fn request(&mut self, cookie: &str) -> Request {
        let request = self.web.handle(cookie).await;
        request.given.get();
        request
    }

    /// A request with the old id.
    pub(crate) async fn early(&mut self) -> Request {
        let old = self.old.clone();
        self.request(&old).await
    }

    /// A whole request.
    pub(crate) async fn send(&mut self, cookie: &str, work: impl FnOnce(&Session<Login>)) -> Reply {
        let request = self.request(cookie).await;
        work(&request.given);
        request.ends().await
    }

    /// The new cookie of a renewal by a whole request with the old id.
    pub(crate) async fn renewed(&mut self) -> String {
        let reply = self.send(&self.old.clone(), Session::renew).await;
        assert_eq!(reply.status, 200, "{}", self.name);
        reply.pair().expect("a new id").to_owned()
    }

    /// Who is logged in with this cookie, in a request that does nothing else.
    pub(crate) async fn user(&mut self, cookie: &str) -> Option<String> {
        self.value(cookie).await.user.clone()
    }

    /// What a request with this cookie reads.
    pub(crate) async fn value(&mut self, cookie: &str) -> Arc<Login> {
        let request = self.request(cookie).await;
        let value = request.given.get();
        request.ends().await;
        value
    }

    /// The key of the id that this cookie stands for.
    pub(crate) async fn key(&mut self, cookie: &str) -> Key {
        let request = self.request(cookie).await;
        let token = request.given.token().expect("a live session");
        request.ends().await;
        self.sessions.key(&token)
    }

    /// Fails unless the cookie reaches no session, and writes with it are refused.
    pub(crate) async fn expect_dead(&mut self, cookie: &str) {
        assert_eq!(self.user(cookie).await, None, "{}", self.name);
        let reply = self.send(cookie, |handle| handle.update(|login| login.d = 99)).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (409, 0), "{}", self.name);
    }
}

fn list() -> RevocationList {
    RevocationList::new(MemoryStore::new())
}

pub(crate) fn redis() -> RedisStore {
    RedisStore::builder(shared().url()).prefix(prefix()).build().unwrap()
}

/// A session on each store on the server, its builder changed by `with`.
pub(crate) async fn servers(with: impl Fn(SessionsBuilder<Login>) -> SessionsBuilder<Login>) -> Vec<World> {
    let folder = Folder::new();
    let files = Sessions::builder(FileStore::open(&folder.0).unwrap());
    let mut files = World::new("files", with(files)).await;
    files.folder = Some(folder);
    vec![
        World::new("memory", with(Sessions::builder(MemoryStore::new()))).await,
        files,
        World::new("redis", with(Sessions::builder(redis()))).await,
        World::new(
            "encrypted memory",
            with(Sessions::builder(EncryptedStore::new(MemoryStore::new(), &any_keys()))),
        )
        .await,
        World::new("encrypted redis", with(Sessions::builder(EncryptedStore::new(redis(), &any_keys()))))
            .await,
    ]
}

/// The same, and in cookies with a list of what has ended.
pub(crate) async fn everywhere(
    with: impl Fn(SessionsBuilder<Login>) -> SessionsBuilder<Login>,
) -> Vec<World> {
    let mut all = servers(&with).await;
    let in_redis = RevocationList::new(redis());
    for (name, builder) in [
        ("signed cookie", Sessions::builder(SignedCookieStore::new(any_keys(), list()))),
        ("encrypted cookie", Sessions::builder(EncryptedCookieStore::new(any_keys(), list()))),
        (
            "encrypted cookie, list in redis",
            Sessions::builder(EncryptedCookieStore::new(any_keys(), in_redis)),
        ),
    ] {
        let mut world = World::new(name, with(builder)).await;
        world.merges = false;
        all.push(world);
    }
    all
}

/// As declared.
pub(crate) fn declared(builder: SessionsBuilder<Login>) -> SessionsBuilder<Login> {
    builder
}
