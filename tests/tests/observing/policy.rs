//! What `Sessions::policy` says (S74).

use session_runtime::{Sessions, SessionsBuilder, SiteData};
use session_tests::ScriptedStore;
use session_tests::observed::Told;

use super::Shop;
use super::web::Desk;

#[test]
fn s74_the_policy_is_told_whole() {
    let told = |sessions: SessionsBuilder<Shop>| sessions.build().unwrap().policy().to_string();
    let text = told(Sessions::builder(ScriptedStore::new()).observer(Told::default()).max_bytes(1000));
    for part in [
        "session `Shop`\n",
        "cookie: `__Host-id; HttpOnly; SameSite=Lax; Secure; Path=/`, until the browser closes\n",
        "lifetimes: idle 30m, absolute 1h, grace 30s\n",
        "requests: over https and plain http; unsafe ones need NO CSRF token\n",
        "responses: private where an owner's session was read; 409 when gone, 409 on conflict, 503 when unavailable\n",
        "(ScriptedStore)",
        "limits: 1000 bytes a session; the store answers within 5s\n",
        "observer: one\n",
        "fields of `Shop`: user (owner), name, ratio",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn s74_what_meets_the_web_is_in_the_policy() {
    let told = |sessions: SessionsBuilder<Desk>| sessions.build().unwrap().policy().to_string();
    let builder = || Sessions::<Desk>::builder(ScriptedStore::new());
    let text = told(builder());
    for part in [
        ", a new id every 10m, grace 1m\n",
        "requests: over https only, which no proxy is trusted to say; unsafe ones need a CSRF token in `x-csrf-token` or a form\n",
        "responses: private where an owner's session was read; 409 when gone, 409 on conflict, 503 when unavailable\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let text = told(
        builder()
            .trusted_proxies(["10.0.0.0/8", "fd00::1"])
            .csrf_header("X-Desk")
            .status_when_gone(401)
            .status_on_conflict(412)
            .status_when_unavailable(500)
            .clear_site_data([SiteData::Storage]),
    );
    for part in [
        "requests: over https only, which 10.0.0.0/8, fd00::1 say; unsafe ones need a CSRF token in `x-desk` or a form\n",
        "401 when gone, 412 on conflict, 500 when unavailable; Clear-Site-Data: \"storage\" with a logout\n",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
