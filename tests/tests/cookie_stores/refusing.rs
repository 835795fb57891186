//! What is no cookie of ours is nobody's session, and looks like nothing.

use session_runtime::KeyRing;
use session_runtime::MemoryStore;
use session_runtime::store::RevocationList;
use session_tests::{Reply, Request, ScriptedStore, logs};

use crate::world::{Format, HOUR, World, key, keys, on_both};

/// What an outsider sees of a reply.
fn outward(reply: &Reply) -> (u16, String, Vec<String>) {
    (reply.status, reply.body.clone(), reply.set_cookies().into_iter().map(str::to_owned).collect())
}

#[tokio::test]
async fn s52_s60_t11_whatever_is_wrong_with_a_cookie_the_answer_is_the_same() {
    on_both(async |format| {
        let world = World::new(format).await;
        let cookie = world.logged_in().await.cookie().unwrap();
        let (name, value) = cookie.split_once('=').unwrap();
        let other = World::serve(format.sessions(KeyRing::new(key(9)), None), ScriptedStore::new()).await;
        let unknown_key = other.logged_in().await.cookie().unwrap().split_once('=').unwrap().1.to_owned();
        let flipped = |at: usize| {
            let mut bytes = value.as_bytes().to_vec();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            String::from_utf8(bytes).unwrap()
        };
        let mut wrong = vec![
            unknown_key,
            String::new(),
            "x".into(),
            "..".into(),
            value[1..].into(),
            value[..value.len() - 1].into(),
            format!("{value}A"),
            format!("{value}{value}"),
            "A".repeat(3000),
            "A".repeat(100_000),
        ];
        // every byte, through the whole stack
        wrong.extend((0..value.len()).step_by(7).chain(value.len() - 3..value.len()).map(flipped));
        let anonymous = Request::get("/").send(world.server).await;
        for value in wrong {
            let reply = Request::get("/").cookie(format!("{name}={value}")).send(world.server).await;
            assert_eq!(outward(&reply), outward(&anonymous), "{format:?}: {value:.60}");
        }
        world.clock.advance(13 * HOUR);
        let expired = Request::get("/").cookie(&cookie).send(world.server).await;
        assert_eq!(outward(&expired), outward(&anonymous), "{format:?}: expired");
    })
    .await;
}

#[tokio::test]
async fn s56_t13_a_cookie_is_good_for_one_name_one_path_one_application_one_format() {
    let mut worlds = Vec::new();
    for format in [Format::Signed, Format::Encrypted] {
        let list = || Some(RevocationList::new(MemoryStore::new()));
        let variants = [
            format.sessions(keys(), list()),
            format.sessions(keys(), list()).cookie_name("__Host-other"),
            format.sessions(keys(), list()).cookie_name("__Secure-id").path("/admin"),
            format.sessions(keys(), list()).cookie_name("__Secure-id"),
            format.sessions_of(keys(), list(), "shop"),
            format.sessions_of(keys(), list(), "admin"),
        ];
        for builder in variants {
            worlds.push(World::serve(builder, ScriptedStore::new()).await);
        }
    }
    let mut cookies = Vec::new();
    for world in &worlds {
        cookies.push(world.logged_in().await.cookie().unwrap());
    }
    for (at, world) in worlds.iter().enumerate() {
        let name = cookies[at].split_once('=').unwrap().0;
        for (of, cookie) in cookies.iter().enumerate() {
            let value = cookie.split_once('=').unwrap().1;
            let seen = world.seen_with(&format!("{name}={value}")).await;
            assert_eq!(seen.contains("ann"), at == of, "the cookie of {of} at {at}: {seen}");
        }
    }
}

#[tokio::test]
async fn s37_a_session_that_fits_in_no_cookie_is_refused_and_the_old_cookie_stays() {
    on_both(async |format| {
        logs::listen();
        let world = World::new(format).await;
        let mut browser = world.browser();
        browser.post("/note/small").await;
        let before = browser.cookie().unwrap();
        let (mut fits, mut too_large) = (0, 4096);
        while fits + 1 < too_large {
            let bytes = usize::midpoint(fits, too_large);
            let reply = Request::post(&format!("/fill/{bytes}")).cookie(&before).send(world.server).await;
            if reply.status == 200 {
                let line = reply.set_cookie().unwrap();
                assert!(line.len() <= 4096, "{} bytes", line.len());
                fits = bytes;
            } else {
                assert_eq!((reply.status, reply.set_cookies().len()), (500, 0), "{format:?}");
                too_large = bytes;
            }
        }
        assert!(fits > 2000, "{format:?}: only {fits} bytes fit");
        assert_eq!(browser.post("/fill/3900").await.status, 500);
        assert_eq!(
            browser.get("/").await.body,
            "user=None note=small theme=",
            "the old one is as good as ever"
        );
        let heard = logs::heard();
        assert!(heard.contains("field `note`") && heard.contains("of at most 4096"), "{heard}");
    })
    .await;
}

#[tokio::test]
async fn s37_a_login_that_fits_in_no_cookie_does_not_end_the_session() {
    on_both(async |format| {
        let world = World::new(format).await;
        let mut browser = world.browser();
        browser.post("/note/small").await;
        let long = "u".repeat(3900);
        assert_eq!(browser.post(&format!("/login/{long}")).await.status, 500, "{format:?}");
        assert_eq!(browser.get("/").await.body, "user=None note=small theme=");
        assert!(world.store.is_empty());
    })
    .await;
}

#[tokio::test]
async fn t12_what_is_not_sealed_is_not_read_whatever_it_looks_like() {
    use base64::Engine as _;
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let (header, none) = (encode(r#"{"alg":"HS256","typ":"JWT"}"#), encode(r#"{"alg":"none"}"#));
    let claims = encode(r#"{"user":"ann","exp":4102444800,"session":{"user":"ann"}}"#);
    on_both(async |format| {
        let world = World::new(format).await;
        let forged = [
            r#"{"user":"ann"}"#.to_owned(),
            encode(r#"{"user":"ann"}"#),
            format!("{header}.{claims}."),
            format!("{none}.{claims}."),
            format!("{none}.{claims}.{}", encode("signature")),
            format!("{header}.{claims}.{}", encode(&"0".repeat(32))),
        ];
        for value in forged {
            assert_eq!(world.seen_with(&format!("__Host-id={value}")).await, "anonymous", "{format:?}");
        }
    })
    .await;
}
