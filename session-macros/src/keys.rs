//! Every key of every attribute, once: the parser, "did you mean" and the messages read this file; the tables in the
//! documentation of the macros are tested against it.

mod elsewhere;

/// The keys of one attribute.
pub(crate) trait Key: Copy + Eq + 'static {
    /// All of them, in the order of the documentation.
    const ALL: &'static [Self];

    /// The key as the user writes it.
    fn name(self) -> &'static str;

    /// The option written in full; what a message tells the user to write.
    fn example(self) -> &'static str;

    /// What others call an option, or what is said elsewhere, with what to write instead.
    const ELSEWHERE: &'static [(&'static [&'static str], &'static str)] = &[];

    /// Whether the option may be given more than once.
    fn repeatable(self) -> bool {
        false
    }

    /// The key that is written `name`.
    fn find(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|key| key.name() == name)
    }
}

// `Variant = "name", "example"` becomes a variant, and an arm of `name` and of `example`.
macro_rules! keys {
    (
        $(#[$doc:meta])*
        $name:ident { $($variant:ident = $key:literal, $example:literal;)* }
        $(elsewhere: $elsewhere:ident)?
        $(repeatable: $repeatable:ident)?
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name { $($variant),* }

        impl Key for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),*];
            $(const ELSEWHERE: &'static [(&'static [&'static str], &'static str)] = elsewhere::$elsewhere;)?

            fn name(self) -> &'static str {
                match self { $(Self::$variant => $key),* }
            }

            fn example(self) -> &'static str {
                match self { $(Self::$variant => $example),* }
            }

            $(fn repeatable(self) -> bool {
                self == Self::$repeatable
            })?
        }
    };
}

keys! {
    /// `#[session(..)]` on a struct.
    StructKey {
        Cookie = "cookie", r#"cookie = "__Host-id""#;
        Idle = "idle", r#"idle = "30m""#;
        Absolute = "absolute", r#"absolute = "12h""#;
        Remember = "remember", r#"remember = "30d""#;
        Renew = "renew", r#"renew = "1h""#;
        Grace = "grace", r#"grace = "30s""#;
        SameSite = "same_site", r#"same_site = "lax""#;
        Path = "path", r#"path = "/shop""#;
        Domain = "domain", r#"domain = "example.com""#;
        Secure = "secure", "secure = false";
        HttpOnly = "http_only", "http_only = false";
        Partitioned = "partitioned", "partitioned";
        Persistent = "persistent", "persistent";
        RequireHttps = "require_https", "require_https";
        Csrf = "csrf", "csrf";
        Version = "version", "version = 2";
        Migrate = "migrate", "migrate = path::to::function";
        MaxSessions = "max_sessions", "max_sessions = 3";
        WhenFull = "when_full", r#"when_full = "reject_new""#;
        Within = "within", "within = Shop";
        Adapter = "adapter", "adapter = my_sessions";
        Crate = "crate", "crate = ::my_runtime";
    }
    elsewhere: OF_THE_STRUCT
}

keys! {
    /// `#[session(..)]` on a field.
    FieldKey {
        Default = "default", "default = 1";
        Rename = "rename", r#"rename = "key""#;
        Alias = "alias", r#"alias = "old_key""#;
        Skip = "skip", "skip";
        Merge = "merge", "merge = add";
        Privileged = "privileged", "privileged";
        Owner = "owner", "owner";
        Label = "label", "label";
        Impersonator = "impersonator", "impersonator";
        Keep = "keep", "keep";
        Ttl = "ttl", r#"ttl = "5m""#;
        Extra = "extra", "extra";
    }
    elsewhere: OF_A_FIELD
    repeatable: Alias
}

keys! {
    /// What follows `merge =`.
    MergeKey {
        LastWrite = "last_write", "merge = last_write";
        Add = "add", "merge = add";
        Max = "max", "merge = max";
        Min = "min", "merge = min";
        Union = "union", "merge = union";
        Append = "append", "merge = append";
        Reject = "reject", "merge = reject";
        With = "with", "merge = with(path::to::function)";
    }
}

keys! {
    /// `#[with_session(..)]`.
    HandlerKey {
        Require = "require", "require = user";
        Fresh = "fresh", r#"fresh = "5m""#;
        Or = "or", r#"or = redirect("/login")"#;
        Activity = "activity", "activity = false";
        Csrf = "csrf", "csrf = form";
        Crate = "crate", "crate = ::my_runtime";
    }
    elsewhere: OF_A_HANDLER
}

keys! {
    /// What follows `or =`.
    RefusalKey {
        Redirect = "redirect", r#"or = redirect("/login")"#;
        Status = "status", "or = status(404)";
    }
}

keys! {
    /// What follows `csrf =` on a handler.
    CsrfKey {
        Form = "form", "csrf = form";
        Off = "false", "csrf = false";
    }
}

#[cfg(test)]
mod tests;
