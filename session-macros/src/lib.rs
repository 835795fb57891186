//! The attribute macros of `session-runtime`. Depend on that crate, which re-exports them with runnable examples.
//!
//! Both go the same way: attribute tokens → `parse` (as written) → `check` (rules) → `model` (only valid values)
//! → `expand` (infallible) → tokens; `diag` collects every mistake on the way.

mod check;
mod diag;
mod expand;
#[cfg(test)]
mod fuzzing;
mod keys;
mod model;
mod parse;
mod pipeline;
#[cfg(test)]
mod testing;

use proc_macro::TokenStream;

/// Makes a struct with named fields a session type.
///
/// The struct stays as it is written: fields, types, visibility, docs, derives and `cfg`s. Added are `Default` and what the
/// runtime needs to know. A field is stored under its name; its type must be
/// `Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync` and have a default.
///
/// ```text
/// #[session(idle = "30m", absolute = "12h", remember = "30d")]
/// pub struct Shop {
///     #[session(merge = add)]
///     pub visits: u32,
///     #[session(owner)]
///     pub user: Option<UserId>,
///     #[session(keep, default = Theme::Dark)]
///     pub theme: Theme,
///     #[session(ttl = "5m")]
///     pub otp: Expiring<Otp>,
///     pub notice: Flash<String>,
/// }
/// ```
///
/// Everything that is wrong is reported at once, at the place where it is written.
///
/// # Options of the struct
///
/// Durations are sums of whole numbers with a unit (`s`, `m`, `h`, `d`, `w`): `"90s"`, `"30m"`, `"1h30m"`, `"2w"`;
/// none is longer than 400 days, which is what browsers keep a cookie for.
///
/// | option | what it says | without it |
/// |---|---|---|
/// | `cookie = "__Host-id"` | name of the cookie; the rules of the prefixes `__Host-`, `__Secure-`, `__Http-` and `__Host-Http-` are checked | `__Host-id` |
/// | `idle = "30m"` | the session ends when it has not been used for this long | one hour |
/// | `absolute = "12h"` | the session ends this long after the login, however much it is used | eight hours |
/// | `remember = "30d"` | a longer lifetime that a handler may choose ("remember me") | there is none |
/// | `renew = "1h"` | the age at which an id is replaced by a new one | never; a login and a change of privilege always do |
/// | `grace = "30s"` | for how long the id before such a renewal reaches the session, too; at most two minutes | `"30s"` |
/// | `same_site = "lax"` | `"strict"`, `"lax"` or `"none"` | `"lax"` |
/// | `path = "/shop"` | the `Path` of the cookie | `/` |
/// | `domain = "example.com"` | the `Domain` of the cookie, which includes its subdomains | this host alone |
/// | `secure = false` | the cookie is also sent over plain http | `true` |
/// | `http_only = false` | scripts can read the cookie | `true` |
/// | `partitioned` | the cookie is kept apart for each top-level site | `false` |
/// | `persistent` | the cookie outlives the browser's session (`Max-Age`) | `false` |
/// | `require_https` | over plain http nothing is issued, read or written; how a request came is said by `trusted_proxies` of the builder, or by `OverHttps` | `false` |
/// | `csrf` | an unsafe request of a live session must carry a token of it; see `Session::csrf_token` | `false` |
/// | `version = 2` | the version of the struct, which a stored session remembers; see below | none, which counts as 0 |
/// | `migrate = path::to::function` | what makes a session of this version of one that an earlier version stored: a `fn(&mut Migration) -> Result<(), MigrationError>` | its fields are read as they are |
/// | `max_sessions = 3` | how many sessions one owner may have at once, up to 1000; it takes an `owner` field | 1000, and `"evict_oldest"` |
/// | `when_full = "reject_new"` | what a login leads to when there are as many: `"evict_oldest"` ends the one whose login is the longest ago, `"reject_new"` refuses the login with 409 | `"evict_oldest"` |
/// | `within = Shop` | the struct is a section: its fields live in the record of the session `Shop`, under keys that begin with the name of the struct; options of the cookie and lifetimes belong to `Shop` | it is a session of its own |
/// | `adapter = my_sessions` | the module that `session_adapter!` made, for a framework whose adapter is not its author's and not built in | the framework knows the types of `session-runtime` |
/// | `crate = ::my_runtime` | where `session-runtime` is, if it is renamed or re-exported | `::session_runtime` |
///
/// # Options of a field
///
/// | option | what it says |
/// |---|---|
/// | `default = 1` | the value of the field in a new session; without it, the default of its type |
/// | `rename = "key"` | the key that it is stored under; without it, its name |
/// | `alias = "old_key"` | a key that it was stored under; may be given several times |
/// | `skip` | it is never stored, and lives for one request |
/// | `merge = add` | what happens when two requests change it at the same time; see below |
/// | `privileged` | a change of it gives the session a new id |
/// | `owner` | it says whose session this is, and is an `Option`: a change gives a new id, and a change of owner wipes all that is not `keep` |
/// | `label` | it says to its owner which session this is, in the list of theirs: a `String` or `Option<String>`, such as a browser's name; it takes an `owner` field |
/// | `impersonator` | it says who is behind an impersonation, and is an `Option<Impersonator<UserId>>`, of what the `owner` field holds; no handler sets it: see `Session::impersonate` |
/// | `keep` | it survives a change of owner |
/// | `ttl = "5m"` | how long a value of the field lasts, counted from when it was set; every `Expiring` needs one, and nothing else has it |
/// | `extra` | it is an `Extra`: the map of all keys that no other field claims |
///
/// # When the struct changes
///
/// Mostly nothing is to be done. A field that is not stored yet is at its default; one that is not in the struct any more
/// stays in the record untouched; `alias` reads an earlier key; a value that no longer decodes is reset alone, with a
/// warning in the log, unless it is a privilege or a secret. So old and new servers can run side by side.
///
/// For the rest there are `version` and `migrate`. The function is run when a session of an earlier version is loaded. What it
/// made of the fields is what the handler sees, and is stored with the next write of the session. If it fails, the request
/// has no session, and the stored one is left alone. A server of an earlier version reads what it knows of a session that was
/// stored by a later one, changes what its handlers change, and leaves the rest. Sections have no version of their own: the
/// root's function sees their fields, too. `Migration` (`session_runtime`) has an example that runs.
///
/// # Merge policies
///
/// Fields that only one request changed need none: each request writes the fields that it changed. Where there was no
/// value, the default counts as one. Two handlers of one request that change the same field meet by the same policy.
///
/// | policy | two changes at the same time |
/// |---|---|
/// | `merge = last_write` | the later one stands; this is the default |
/// | `merge = add` | both differences are added; for numbers |
/// | `merge = max` | the greater value stands; for types that are `Ord` |
/// | `merge = min` | the lesser value stands; for types that are `Ord` |
/// | `merge = union` | what each added and removed is added and removed; for sets, for maps by key, and for a `Vec` as a set that keeps its order |
/// | `merge = append` | what each appended is appended, and anything but appending is refused as by `reject`; for `Vec`, `VecDeque` and `String` |
/// | `merge = reject` | the later request is answered with 409, and nothing of it is saved |
/// | `merge = with(path::to::function)` | `fn(base: &T, theirs: &T, ours: &T) -> T` decides: what both began with, what the other request made of it, and what this one did |
#[proc_macro_attribute]
pub fn session(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::session(options.into(), item.into()).into()
}

/// Gives a handler its session as a plain reference.
///
/// ```text
/// #[with_session]
/// async fn add(session: &mut Shop, Json(item): Json<Item>) -> Result<String, AppError> {
///     session.cart.push(item);
///     Ok(format!("{} items", session.cart.len()))
/// }
/// ```
///
/// It stands on a function, a method, or an `impl` block whose methods have session arguments; `async` or not. It is
/// always the topmost attribute. The session argument is the one called `session`, or any that is marked `#[session]`;
/// there may be several of different types.
///
/// | argument | what the handler can do |
/// |---|---|
/// | `session: &mut Shop` | read and write; what it changed is saved when the response is known |
/// | `session: &Shop` | read; the defaults if there is no session |
/// | `session: Option<&Shop>` | read; `None` if there is no session |
/// | `session: Result<&Shop, Unavailable>` | read; `Err` if the store is out of reach, which any other argument answers with 503 |
///
/// A `Session<Shop>` beside one of them is the handle, for `save`, `rotate`, `destroy` and the like. It is an ordinary
/// extractor, and stays as it is written.
///
/// # Options
///
/// | option | what it says |
/// |---|---|
/// | `require = user` | the handler runs only if the session's field `user` is set: an `Option` that is `Some`, or a `bool` that is `true` |
/// | `fresh = "5m"` | the handler runs only if the owner proved less than this long ago who they are: `Session::authenticated`, or an `owner` that became `Some` |
/// | `or = redirect("/login")` | what a request is answered with that the two refuse: 303 See Other with this `Location`, a path or an `https://` address; see below for a status |
/// | `activity = false` | the request is no activity of the session's owner: it does not keep an idle session alive |
/// | `csrf = form` | what an unsafe request must prove; see below |
/// | `crate = ::my_runtime` | where `session-runtime` is, if it is renamed or re-exported |
///
/// Options of an `impl` block are those of each handler in it.
///
/// # Guards
///
/// `require` and `fresh` are asked when the framework extracts the session: before the handler, and before extractors that
/// come after it, so put the session first. A request that they refuse writes nothing. It is answered with 401, or with
/// what `or` says; the page of `session-runtime` has an example that runs.
///
/// | answer | when |
/// |---|---|
/// | `or = redirect("/login")` | a page for people. The target is fixed; where the request wanted to go is not remembered |
/// | `or = status(404)` | any status from 400 to 499; `or = 404` says the same |
///
/// ```text
/// // `user` is the value in the `Option`
/// #[with_session(require = user, fresh = "5m", or = redirect("/confirm"))]
/// async fn change_email(session: &mut Shop, user: &UserId, email: String) { .. }
/// ```
///
/// * An argument that is called like the required field and is a reference has the value of its `Option`: `user: &UserId`,
///   or `&str` for a `String` and `&[T]` for a `Vec<T>`. It is the value that the guard saw, copied: also beside a `&mut`
///   session it can be used throughout.
/// * One `or` is for `require` and `fresh` alike. Where who lacks a role and who has to confirm their password get different
///   answers, the one guard stands on a middleware around the routes (`from_fn(admins_only)`), and the other on the handler;
///   with one redirect for both, who lacks the role is sent in a circle.
/// * At exactly five minutes, `fresh = "5m"` is over. Nothing but an authentication begins it: no activity, no change, no
///   new id. An authentication counts once it is committed, and one that lies in the future, by the clock of this server,
///   does not count.
/// * A session that the store cannot give is not absent: the answer is 503, whatever `or` says.
/// * Of several session arguments, the guard is about the one that is called `session`, or named: `require = shop.user`. A
///   section has no owner, so a handler of a section that asks for one takes the other session as well.
///   `activity = false` is about all of them.
/// * A refused request is activity as any other that reads, unless `activity = false`. If one handler of a request says
///   that, the request is none, also if a middleware reads the session.
///
/// # CSRF
///
/// Where the session type declares `csrf`, an unsafe request (any but GET, HEAD, OPTIONS and TRACE) that presents a live
/// session is answered with 403 before the handler runs, unless the header `X-CSRF-Token` has a token of that session. So
/// is one with or without a session of which the browser says that another site sent it. A handler can say otherwise:
///
/// | option | what the handler does |
/// |---|---|
/// | `csrf = form` | it runs without the header, and checks the token that a form sent: `handle.verify_csrf(&form.token)?`. Until then nothing is stored, and if it never does, the answer is 403, with or without a session |
/// | `csrf = false` | it needs no token: it is protected otherwise, such as by a signature of its own |
///
/// * With `csrf = form` the demand is made whether or not the type declares `csrf`.
/// * A `Session<Shop>` beside the session argument is let in with it, if it is written so. Any other extractor that asks for
///   the session makes a demand of its own, which is the header: a `WithoutCsrf<Shop>` does not.
#[proc_macro_attribute]
pub fn with_session(options: TokenStream, item: TokenStream) -> TokenStream {
    pipeline::with_session(options.into(), item.into()).into()
}
