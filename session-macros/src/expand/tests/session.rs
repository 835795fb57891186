use crate::testing::{assert_contains, session};

#[test]
fn the_struct_is_kept() {
    let item = "#[doc = \"Docs.\"] #[derive(Debug)] #[cfg(unix)] pub(crate) struct S { #[cfg(a)] #[doc(hidden)] pub r#type: u8 }";
    let output = session("", &item.replace("pub r#type", "#[session(keep)] pub r#type"));
    assert_contains(&output, item);
}

#[test]
fn defaults() {
    let output = session(
        "",
        "struct S { #[cfg(a)] visits: u32, #[session(default = Theme::dark(1, 2))] theme: Theme }",
    );
    assert_contains(
        &output,
        "#[cfg(a)] visits: ::session_runtime::__private::field_default::<u32>(), theme: Theme::dark(1, 2),",
    );
}

#[test]
fn each_kind_of_field() {
    let output = session(
        "",
        r#"struct S {
            #[session(merge = add)] visits: u32,
            #[session(owner)] user: Option<u8>,
            #[session(privileged)] role: Role,
            #[session(keep, alias = "skin", alias = "look")] theme: Theme,
            #[session(skip)] cache: Cache,
            #[session(extra)] rest: Extra,
            r#type: u8,
        }"#,
    );
    let rt = "::session_runtime::__private::";
    for (call, of, field, rest) in [
        ("new(\"visits\", ", "Sum::<Self, u32>", "visits", ")"),
        ("new(\"user\", ", "Value::<Self, Option<u8> >", "user", ").owner()"),
        ("new(\"role\", ", "Value::<Self, Role>", "role", ").privileged()"),
        ("new(\"theme\", ", "Value::<Self, Theme>", "theme", ").keep().aliases(&[\"skin\", \"look\"])"),
        ("skipped(", "Scratch::<Self, Cache>", "cache", ")"),
        ("extra(", "Rest::<Self>", "rest", ")"),
        ("new(\"type\", ", "Value::<Self, u8>", "r#type", ")"),
    ] {
        let name = field.trim_start_matches("r#");
        assert_contains(
            &output,
            &format!(
                "{rt}Field::{call} &{rt}{of} {{ get: |session_data| &session_data.{field}, get_mut: |session_data| &mut session_data.{field} }} {rest} \
                     .called(\"{name}\", |session_data| {rt}Probe(&session_data.{field}).session_held()),"
            ),
        );
    }
}

#[test]
fn each_merge_policy() {
    let rt = "::session_runtime::__private::";
    for (option, policy) in [
        ("max", "Max"),
        ("min", "Min"),
        ("union", "Union"),
        ("append", "Append"),
        ("reject", "Reject"),
        ("with(Self::meet)", "With::<T>(Self::meet)"),
        ("with = a::meet::<u8>", "With::<T>(a::meet::<u8>)"),
    ] {
        let output = session("", &format!("struct S {{ #[session(keep, merge = {option})] a: T }}"));
        assert_contains(
            &output,
            &format!(
                "{rt}Field::new(\"a\", &{rt}Merged::<Self, T, _> {{ get: |session_data| &session_data.a, \
                 get_mut: |session_data| &mut session_data.a, policy: {rt}{policy} }} ).keep().called("
            ),
        );
    }
    let last_write = session("", "struct S { #[session(merge = last_write)] a: T }");
    assert_contains(&last_write, &format!("&{rt}Value::<Self, T>"));
}

#[test]
fn a_ttl() {
    let rt = "::session_runtime::__private::";
    for (options, rejects, rest) in [
        ("", "false", ""),
        ("keep, merge = reject, ", "true", ".keep()"),
        ("privileged, alias = \"b\", ", "false", ".privileged().aliases(&[\"b\"])"),
    ] {
        let output = session("", &format!("struct S {{ #[session({options}ttl = \"5m\")] a: Expiring<T> }}"));
        assert_contains(
            &output,
            &format!(
                "{rt}Field::new(\"a\", {rt}timed::<Self, Expiring<T> >(&{rt}Timed::<Self, Expiring<T> > {{ \
                 get: |session_data| &session_data.a, get_mut: |session_data| &mut session_data.a, \
                 rejects: {rejects} }} )) {rest} .ttl(300u64)"
            ),
        );
    }
}

#[test]
fn the_policy_lists_what_was_written() {
    let output = session(
        r#"idle = "30m", same_site = "strict", path = "/", persistent, remember = "30d", renew = "1h",
            grace = "1m""#,
        "struct S {}",
    );
    assert_contains(
        &output,
        r#"::session_runtime::__private::Policy {
            idle: ::core::time::Duration::from_secs(1800u64),
            remember: ::core::option::Option::Some(::core::time::Duration::from_secs(2592000u64)),
            renew: ::core::option::Option::Some(::core::time::Duration::from_secs(3600u64)),
            grace: ::core::time::Duration::from_secs(60u64),
            same_site: ::session_runtime::__private::SameSite::Strict,
            path: "/",
            persistent: true,
            ..::session_runtime::__private::Policy::DEFAULT
        }"#,
    );
    assert_contains(&output, "impl ::session_runtime::Remembers for S {}");
    assert!(!session("", "struct S {}").contains("Remembers"));
}

#[test]
fn another_runtime() {
    let output = session("crate = ::rt", "struct S { a: u8 }");
    assert!(!output.contains("session_runtime"));
    assert_contains(&output, "impl ::rt::SessionData for S");
}

#[test]
fn an_adapter() {
    let rt = "::session_runtime::";
    let output = session("adapter = my::sessions", "struct S {}");
    assert_contains(&output, &format!("type Extractor = my::sessions::Extracted<{rt}Session<Self> >;"));
    assert_contains(&output, &format!("type Attempt = my::sessions::Extracted<{rt}Attempt<Self> >;"));
    assert_contains(
        &output,
        &format!("= my::sessions::Extracted<{rt}__private::Guarded<Self, __SessionGate> >;"),
    );
    assert_contains(&session("", "struct S {}"), &format!("type Extractor = {rt}Session<Self>;"));
}
