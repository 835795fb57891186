//! What only this crate can inject: the source of ids.

use std::collections::VecDeque;
use std::sync::Mutex;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use axum::routing::get;
use tower::ServiceExt as _;

use crate::token::{Entropy, NoEntropy};
use crate::{MemoryStore, Session, Sessions, session, with_session};

#[session(crate = crate)]
struct Visits {
    #[session(owner)]
    user: Option<u8>,
    count: u32,
}

/// Ids made of one byte each, in this order; after them, nothing.
struct Scripted(Mutex<VecDeque<u8>>);

impl Scripted {
    fn of(ids: &[u8]) -> Self {
        Self(Mutex::new(ids.iter().copied().collect()))
    }
}

impl Entropy for Scripted {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        let id = self.0.lock().unwrap().pop_front().ok_or(NoEntropy)?;
        bytes.fill(id);
        Ok(())
    }
}

fn sessions(store: &MemoryStore, ids: &[u8]) -> Sessions<Visits> {
    Sessions::builder(store.clone()).entropy(Scripted::of(ids)).build().unwrap()
}

fn visits(count: u32) -> Visits {
    Visits { user: None, count }
}

#[tokio::test]
async fn s2_without_random_bits_there_is_a_503_and_no_session() {
    #[with_session(crate = crate)]
    async fn count(session: &mut Visits) {
        session.count += 1;
    }
    let store = MemoryStore::new();
    for ids in [&[][..], &[0]] {
        // all zero is as good as nothing
        let app: Router = Router::new().route("/", get(count)).layer(sessions(&store, ids));
        let response = app.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert!(!response.headers().contains_key(header::SET_COOKIE));
        assert!(store.is_empty());
    }
}

/// MP-18.
#[tokio::test]
async fn s3_an_id_that_exists_is_never_given_to_a_second_session() {
    let store = MemoryStore::new();
    let sessions = sessions(&store, &[1, 1, 1, 2, 2, 2, 2]);
    let first = sessions.issue(visits(1)).await.unwrap();
    let second = sessions.issue(visits(2)).await.unwrap();
    assert_ne!(first.cookie(), second.cookie(), "two collisions, then another id");
    let third = sessions.issue(visits(3)).await;
    assert!(third.unwrap_err().is_unavailable(), "three collisions: the random source is broken");
    assert_eq!(sessions.edit(first.token(), |v| v.count).await.unwrap(), 1);
    assert_eq!(store.len(), 2);
}

#[tokio::test]
async fn s3_rotation_never_lands_on_another_session() {
    #[with_session(crate = crate)]
    async fn login(session: &mut Visits, handle: Session<Visits>) {
        session.user = Some(7);
        handle.stage(session);
        assert!(handle.save().await.unwrap_err().is_unavailable());
    }
    let store = MemoryStore::new();
    let sessions = sessions(&store, &[1, 2, 1, 1, 1, 1, 1, 1]);
    let first = sessions.issue(visits(1)).await.unwrap();
    let second = sessions.issue(visits(2)).await.unwrap();
    let app: Router = Router::new().route("/", get(login)).layer(sessions.clone());
    let request = Request::builder().header(header::COOKIE, second.cookie()).body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    let user = |token| sessions.edit(token, |v| (v.user, v.count));
    assert_eq!(user(first.token()).await.unwrap(), (None, 1));
    assert_eq!(user(second.token()).await.unwrap(), (None, 2));
}

#[tokio::test]
async fn s42_s45_overridden_lifetimes_keep_the_rules_of_the_attribute() {
    use std::time::Duration;

    #[session(crate = crate, remember = "30d")]
    struct Remembered {
        count: u32,
    }
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let built = |remember| Sessions::<Remembered>::builder(MemoryStore::new()).remember(remember).build();
    assert!(built(60 * DAY).is_ok());
    assert!(built(DAY / 4).unwrap_err().is_config(), "shorter than the absolute lifetime");
    assert!(built(401 * DAY).unwrap_err().is_config(), "longer than browsers keep a cookie");
    let idle = |idle| Sessions::<Visits>::builder(MemoryStore::new()).idle(idle).build();
    assert!(idle(9 * DAY).unwrap_err().is_config(), "longer than the absolute lifetime");
    assert!(idle(Duration::ZERO).unwrap_err().is_config());
    let issued = built(60 * DAY).unwrap().issue(Remembered { count: 1 }).await.unwrap();
    assert!(!issued.set_cookie().contains("Max-Age"), "declared is not chosen");
}
