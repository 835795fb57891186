//! The `Cookie` header in, and the cookie out.

use super::{Op, Request, World};

/// T36, S31 and S34 to S36: every attribute, and nothing else.
pub async fn t36_s31_a_new_session_sets_one_cookie_with_its_attributes(world: World) {
    let reply = world.get("/handle?visit").await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "1 nobody"), "{reply:?}");
    let [line] = reply.set_cookies()[..] else { panic!("one cookie: {reply:?}") };
    let mut parts: Vec<&str> = line.split("; ").collect();
    let pair = parts.remove(0);
    parts.sort_unstable();
    assert_eq!(parts, ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]);
    let id = pair.strip_prefix("__Host-id=").unwrap_or_else(|| panic!("its name is ours: {line}"));
    assert!(id.len() >= 43 && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    assert_eq!(world.get_with("/handle", pair).await.body, "1 nobody");
}

/// S46.
pub async fn s46_the_cookie_is_found_in_any_of_several_header_lines(world: World) {
    let ours = world.visitor().await;
    for lines in [[&*ours, "a=1", "b=2"], ["a=1", &ours, "b=2"], ["a=1", "b=2; c=3", &ours]] {
        let request = lines.iter().fold(Request::get("/handle"), Request::cookie);
        assert_eq!(world.send(request).await.body, "1 nobody", "{lines:?}");
    }
    for name in ["COOKIE", "Cookie"] {
        let request = Request::get("/handle").line(format!("{name}: {ours}"));
        assert_eq!(world.send(request).await.body, "1 nobody", "a header's name has no case");
    }
}

/// T9.
pub async fn t9_bad_bytes_in_sibling_cookies_hide_nothing(world: World) {
    let ours = world.visitor().await;
    for sibling in ["x=%db", "=", "x", ";;;", "a=\"unended", "x={\"y\":1}", "$Version=1", "x=é"] {
        let reply = world.get_with("/handle", &format!("{sibling}; {ours}")).await;
        assert_eq!(reply.body, "1 nobody", "{sibling}");
    }
    let bad = b"x=\xff\xfe";
    let separate = Request::get("/handle").cookie(bad).cookie(&ours);
    assert_eq!(world.send(separate).await.body, "1 nobody", "on a line of their own");
    if world.reads_bytes() {
        let together = Request::get("/handle").cookie([bad, b"; ".as_slice(), ours.as_bytes()].concat());
        assert_eq!(world.send(together).await.body, "1 nobody", "on the same line");
    }
}

/// T7.
pub async fn t7_names_that_are_like_ours_are_not_ours(world: World) {
    let ours = world.visitor().await;
    let id = ours.trim_start_matches("__Host-id=");
    for name in [
        "%5F%5FHost-id",
        "__host-id",
        "__HOST-ID",
        "=__Host-id",
        "\"__Host-id\"",
        "__Host-id ",
        "x__Host-id",
        "__Host-id[]",
        "..Host-id",
        "$__Host-id",
        "\u{2000}__Host-id",
        "__Host%2Did",
        "id",
        "__Secure-id",
    ] {
        let reply = world.get_with("/handle", &format!("{name}={id}")).await;
        assert_eq!(reply.body, "0 nobody", "`{name}` is not ours");
    }
    for quoted in [format!("__Host-id=\"{id}\""), format!("__Host-id={id},x=1"), format!("__Host-id={id}%20")]
    {
        assert_eq!(world.get_with("/handle", &quoted).await.body, "0 nobody", "{quoted}");
    }
    assert_eq!(world.store().calls(), [], "none of them was looked for");
}

/// T8: a planted id never takes the place of the real one, wherever it stands; two that are alive are nobody's.
pub async fn t8_no_planted_cookie_wins_by_its_order(world: World) {
    let (ours, theirs) = (world.visitor().await, world.visitor().await);
    let unknown = format!("__Host-id={}", "A".repeat(ours.len() - "__Host-id=".len()));
    for header in [format!("{unknown}; {ours}"), format!("{ours}; {unknown}"), format!("{ours}; {ours}")] {
        assert_eq!(world.get_with("/handle", &header).await.body, "1 nobody", "{header}");
    }
    for header in [format!("{ours}; {theirs}"), format!("{theirs}; {ours}")] {
        assert_eq!(world.get_with("/handle", &header).await.body, "0 nobody", "two that are alive");
    }
}

/// T6.
pub async fn t6_empty_and_malformed_ids_are_nothing(world: World) {
    for value in ["", " ", "\"\"", "A", "=", "0", "null", "../../etc/passwd", "%00"] {
        let reply = world.get_with("/handle", &format!("__Host-id={value}")).await;
        assert_eq!((reply.status, reply.body.as_str()), (200, "0 nobody"), "{value:?}");
        assert_eq!(reply.set_cookies(), [""; 0]);
    }
    assert_eq!(world.store().calls(), [], "none of them was looked for");
}

/// T5: ten thousand of them, whatever the application does with the session that they are not of.
pub async fn t5_a_flood_of_unknown_ids_leaves_nothing(world: World) {
    let length = world.visitor().await.len() - "__Host-id=".len();
    for target in ["/handle", "/handle?rotate", "/handle?logout", "/attempt"] {
        let mut connection = world.connection();
        for number in 0..2_500 {
            // 43 letters of base64url have two bits to spare, which are zero in `A`
            let cookie = format!("__Host-id={number:0>0$}A", length - 1);
            let request = Request::get(target).cookie(&cookie);
            let reply = world.patiently(connection.send(&request)).await;
            let sets_an_id = reply.set_cookies().iter().any(|line| !super::super::wire::is_removal(line));
            assert!(reply.status == 200 && !sets_an_id, "{target}: {reply:?}");
        }
    }
    assert_eq!(world.store().len(), 1, "the only record is the visitor's");
    assert!(world.store().calls().contains(&Op::Load), "the ids were well formed");
}
