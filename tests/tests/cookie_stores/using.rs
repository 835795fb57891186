//! Reading and writing.

use std::time::Duration;

use session_runtime::KeyRing;
use session_runtime::store::RevocationList;
use session_runtime::{MemoryStore, Secret, Session, Sessions, session};
use session_tests::{Browser, Request, ScriptedStore, logs};

use crate::world::{Format, HOUR, MINUTE, World, key, keys, on_both};

#[tokio::test]
async fn a_session_lives_in_its_cookie_and_nowhere_else() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.browser();
        browser.post("/note/one").await;
        browser.post("/theme/dark").await;
        assert_eq!(browser.get("/").await.body, "user=None note=one theme=dark");
        browser.post("/note/two").await;
        assert_eq!(browser.get("/").await.body, "user=None note=two theme=dark");
        assert!(world.store.is_empty(), "{format:?}");
    })
    .await;
}

#[tokio::test]
async fn s26_what_is_not_written_sends_no_cookie() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.browser();
        assert_eq!(browser.get("/").await.set_cookies().len(), 0);
        assert_eq!(browser.get("/untouched").await.set_cookies().len(), 0);
        browser.post("/note/one").await;
        assert_eq!(browser.get("/").await.set_cookies().len(), 0);
        assert_eq!(browser.post("/note/one").await.set_cookies().len(), 0, "the same again");
        assert_eq!(browser.post("/fail").await.set_cookies().len(), 0);
        assert_eq!(browser.get("/").await.body, "user=None note=one theme=");
    })
    .await;
}

#[tokio::test]
async fn an_untouched_malformed_or_absent_cookie_asks_nobody() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.browser();
        browser.post("/note/one").await;
        world.store.forget();
        browser.get("/untouched").await;
        world.browser().get("/").await;
        for rubbish in ["", "x", "a.b.c", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"] {
            assert_eq!(world.seen_with(&format!("__Host-id={rubbish}")).await, "anonymous");
        }
        assert!(world.store.calls().is_empty(), "{:?}", world.store.calls());
        browser.get("/").await;
        assert_eq!(world.store.calls().len(), 1, "one look whether it has ended");
    })
    .await;
}

#[tokio::test]
async fn t31_each_browser_gets_its_own() {
    on_both(async |format| {
        let world = World::new(format).await;
        let (mut ann, mut bob) = (world.browser(), world.browser());
        for _ in 0..3 {
            ann.post("/note/anns").await;
            bob.post("/note/bobs").await;
            assert_eq!(ann.get("/").await.body, "user=None note=anns theme=");
            assert_eq!(bob.get("/").await.body, "user=None note=bobs theme=");
        }
    })
    .await;
}

#[tokio::test]
async fn s20_s21_idle_and_absolute_deadline_are_in_the_seal() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.logged_in().await;
        let first = browser.cookie().unwrap();
        world.clock.advance(Duration::from_millis(1_799_999));
        assert!(browser.get("/").await.body.contains("ann"), "{format:?}: alive to the last moment");
        world.clock.advance(Duration::from_millis(1));
        assert_eq!(
            world.seen_with(&first).await,
            "anonymous",
            "T10, S23: an older copy has the older deadline"
        );
        // activity every twenty minutes
        for _ in 0..34 {
            world.clock.advance(20 * MINUTE);
            assert!(browser.get("/").await.body.contains("ann"));
        }
        world.clock.advance(11 * MINUTE);
        assert_eq!(browser.get("/").await.body, "anonymous", "twelve hours are over");
    })
    .await;
}

#[tokio::test]
async fn s20_activity_is_recorded_at_most_once_per_tenth_of_the_idle_time() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.logged_in().await;
        world.clock.advance(Duration::from_secs(179));
        assert_eq!(browser.get("/").await.set_cookies().len(), 0);
        world.clock.advance(Duration::from_secs(1));
        assert_eq!(browser.get("/").await.set_cookies().len(), 1);
        assert_eq!(browser.get("/").await.set_cookies().len(), 0);
    })
    .await;
}

#[tokio::test]
async fn s45_the_declared_longer_lifetime_can_be_chosen_and_given_up() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.logged_in().await;
        let reply = browser.post("/remember").await;
        assert!(reply.set_cookie().unwrap().contains("; Max-Age=2592000"), "{reply:?}");
        world.clock.advance(29 * 24 * HOUR);
        assert!(browser.get("/").await.body.contains("ann"));
        let long = browser.cookie().unwrap();
        let reply = browser.post("/forget").await;
        assert!(!reply.set_cookie().unwrap().contains("; Max-Age=2592000"));
        browser.post("/logout").await;
        world.clock.advance(14 * 24 * HOUR);
        world.sessions.sweep().await.unwrap();
        assert_eq!(
            world.seen_with(&long).await,
            "anonymous",
            "its end is remembered for as long as any copy lives"
        );
    })
    .await;
}

#[tokio::test]
async fn s59_keys_rotate_with_nobody_logged_out() {
    on_both(async |format| {
        let list = || Some(RevocationList::new(MemoryStore::new()));
        let old = World::serve(format.sessions(KeyRing::new(key(1)), list()), ScriptedStore::new()).await;
        let both = format.sessions(KeyRing::new(key(2)).and_read(key(1)).unwrap(), list());
        let both = World::serve(both, ScriptedStore::new()).await;
        let new = World::serve(format.sessions(KeyRing::new(key(2)), list()), ScriptedStore::new()).await;

        let under_old = old.logged_in().await.cookie().unwrap();
        assert_eq!(new.seen_with(&under_old).await, "anonymous", "S54: an unknown key");
        // a request that only reads is answered with a cookie under the new key
        let mut browser = Browser::new(both.server);
        browser.plant(&under_old);
        let reply = browser.get("/").await;
        assert!(reply.body.contains("ann"), "{format:?}");
        assert_eq!(reply.set_cookies().len(), 1);
        assert_eq!(browser.get("/").await.set_cookies().len(), 0, "once");
        let under_new = browser.cookie().unwrap();
        assert!(new.seen_with(&under_new).await.contains("ann"));
        assert_eq!(old.seen_with(&under_new).await, "anonymous");
    })
    .await;
}

#[tokio::test]
async fn s49_s63_t22_nothing_of_an_encrypted_session_is_seen_and_nothing_of_any_is_logged() {
    on_both(async |format| {
        logs::listen();
        let world = World::new(format).await;
        let mut browser = world.logged_in().await;
        browser.post("/note/canary-in-a-note").await;
        let cookie = browser.cookie().unwrap();
        let value = cookie.split_once('=').unwrap().1.to_owned();
        let decoded: Vec<u8> = value.split('.').flat_map(decode).collect();
        let readable = decoded.windows(16).any(|part| part == b"canary-in-a-note");
        assert_eq!(
            readable,
            format == Format::Signed,
            "a signed cookie can be read, and nobody may think otherwise"
        );
        browser.post("/logout").await;
        world.seen_with(&cookie).await;
        world.seen_with(&format!("__Host-id={value}x")).await;
        let heard = logs::heard();
        for secret in [value.as_str(), &value[value.len() - 40..], "canary", "ann"] {
            assert!(!heard.contains(secret), "{secret} in {heard}");
        }
    })
    .await;
}

fn decode(part: &str) -> Vec<u8> {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(part).unwrap()
}

#[session]
struct Account {
    note: String,
}

#[session(within = Account)]
struct Totp {
    seed: Secret<String>,
}

#[session(within = Account)]
struct Visits {
    #[session(merge = add)]
    count: u32,
}

#[test]
fn what_a_section_cannot_keep_there_is_refused_at_start() {
    use session_runtime::store::{EncryptedCookieStore, SignedCookieStore};
    let signed = || Sessions::<Account>::new(SignedCookieStore::without_revocation(keys())).unwrap();
    let encrypted = || Sessions::<Account>::new(EncryptedCookieStore::without_revocation(keys())).unwrap();
    let why = |refused: Result<Sessions<Account>, session_runtime::Error>| refused.unwrap_err().to_string();
    let text = why(signed().with::<Totp>());
    assert!(text.contains("`totp.seed` of `Totp`") && text.contains("`Secret`"), "{text}");
    assert!(encrypted().with::<Totp>().is_ok());
    let text = why(encrypted().with::<Visits>());
    assert!(text.contains("`visits.count` of `Visits`") && text.contains("merge policy"), "{text}");
}

#[test]
fn s74_the_policy_says_what_is_promised() {
    let policy =
        |sessions: session_runtime::SessionsBuilder<_>| sessions.build().unwrap().policy().to_string();
    let list = || Some(RevocationList::new(MemoryStore::new()));
    let text = policy(Format::Signed.sessions(keys(), list()));
    assert!(text.contains("READABLE") && text.contains("idle 30m, absolute 12h, remember 30d"), "{text}");
    assert!(text.contains("a logout is final by a list"), "{text}");
    let text = policy(Format::Encrypted.sessions(keys(), None));
    assert!(text.contains("encrypted") && text.contains("NOT FINAL"), "{text}");
    let text = Sessions::<Account>::new(MemoryStore::new()).unwrap().policy().to_string();
    assert!(text.contains("in a store on the server") && text.contains("are merged"), "{text}");
}

#[tokio::test]
async fn what_needs_a_record_on_the_server_is_refused() {
    on_both(async |format| {
        let world = World::new(format).await;
        let issued = world
            .sessions
            .issue(crate::world::Shop { note: "one".into(), ..Default::default() })
            .await
            .unwrap();
        assert_eq!(world.seen_with(issued.cookie()).await, "user=None note=one theme=");
        let refused = world.sessions.edit(issued.token(), |shop| shop.note.clear()).await.unwrap_err();
        assert!(refused.is_config() && refused.to_string().contains("`edit` needs a store on the server"));
        // the id inside of a cookie presents nothing by itself
        let text = issued.set_cookie();
        assert!(text.len() > 100);
    })
    .await;
}

async fn take(handle: Session<crate::world::Shop>) -> String {
    let taken =
        handle.take_once(|shop| (!shop.note.is_empty()).then(|| std::mem::take(&mut shop.note))).await;
    format!("{}", taken.unwrap_err())
}

#[tokio::test]
async fn a_code_cannot_be_taken_out_of_a_cookie() {
    on_both(async |format| {
        let sessions = format.sessions(keys(), None).build().unwrap();
        let app = axum::Router::new().route("/", axum::routing::get(take)).layer(sessions);
        let server = session_tests::serve(app).await;
        let text = Request::get("/").send(server).await.body;
        assert!(text.contains("`take_once` needs a store on the server"), "{text}");
    })
    .await;
}

/// Whose sessions these are depends on how the application is built.
#[session]
struct Built {
    #[cfg(not(test))]
    #[session(owner)]
    user: Option<u8>,
    #[cfg(test)]
    #[session(owner)]
    user: Option<String>,
}

#[tokio::test]
async fn s15_the_owner_is_the_field_that_is_there() {
    use session_runtime::store::EncryptedCookieStore;
    let ended = RevocationList::new(MemoryStore::new());
    let sessions = Sessions::<Built>::new(EncryptedCookieStore::new(keys(), ended)).unwrap();
    sessions.revoke_owner(&"ann".to_owned()).await.unwrap();
}

/// Giving `level` up takes more room than having it.
#[session(idle = "30m", absolute = "12h")]
struct Staff {
    #[session(privileged, default = "nobody in particular, and nobody who may do anything at all: ".repeat(8))]
    level: String,
    note: String,
}

async fn give_up(handle: Session<Staff>) -> axum::http::StatusCode {
    handle.update(|staff| staff.level = Staff::default().level);
    axum::http::StatusCode::INTERNAL_SERVER_ERROR
}

async fn give_up_well(handle: Session<Staff>) {
    handle.update(|staff| staff.level = Staff::default().level);
}

async fn level(handle: Session<Staff>) -> String {
    handle.get().level.clone()
}

#[tokio::test]
async fn s12_a_privilege_that_was_given_up_is_gone_though_the_rest_does_not_fit_any_more() {
    use session_runtime::store::{EncryptedCookieStore, SignedCookieStore};
    let list = || RevocationList::new(MemoryStore::new());
    let both = [
        Sessions::<Staff>::new(SignedCookieStore::new(keys(), list())).unwrap(),
        Sessions::<Staff>::new(EncryptedCookieStore::new(keys(), list())).unwrap(),
    ];
    for sessions in both {
        for path in ["/give-up", "/give-up-well"] {
            let mut size = 3000;
            let issued = loop {
                let staff = Staff { level: "root".into(), note: "n".repeat(size) };
                match sessions.issue(staff).await {
                    Ok(issued) => break issued,
                    Err(_) => size -= 50,
                }
            };
            let app = axum::Router::new()
                .route("/", axum::routing::get(level))
                .route("/give-up", axum::routing::post(give_up))
                .route("/give-up-well", axum::routing::post(give_up_well))
                .layer(sessions.clone());
            let server = session_tests::serve(app).await;
            assert_eq!(Request::get("/").cookie(issued.cookie()).send(server).await.body, "root");
            let reply = Request::post(path).cookie(issued.cookie()).send(server).await;
            assert_eq!(reply.status, 500, "{reply:?}");
            let seen = Request::get("/").cookie(issued.cookie()).send(server).await.body;
            assert_ne!(seen, "root", "{path}");
        }
    }
}

#[tokio::test]
async fn s59_a_cookie_that_does_not_fit_anew_is_used_as_it_is() {
    on_both(async |format| {
        let builder = |keys| {
            let list = RevocationList::new(MemoryStore::new());
            format.sessions(keys, Some(list)).cookie_name("__Secure-id")
        };
        let old = World::serve(builder(keys()), ScriptedStore::new()).await;
        let both = builder(KeyRing::new(key(2)).and_read(key(1)).unwrap());
        let domain = format!("{}.example", "a-long-name-of-a-server.".repeat(6).trim_end_matches('.'));
        let both = World::serve(both.domain(domain), ScriptedStore::new()).await;
        let mut bytes = 3100;
        let copy = loop {
            let mut browser = old.browser();
            if browser.post(&format!("/fill/{bytes}")).await.status == 200 {
                break browser.cookie().unwrap();
            }
            bytes -= 1;
        };
        let reply = Request::get("/").cookie(&copy).send(both.server).await;
        assert_eq!((reply.status, reply.set_cookies().len()), (200, 0), "{format:?}");
        assert!(reply.body.contains("nnn"), "{format:?}");
    })
    .await;
}
