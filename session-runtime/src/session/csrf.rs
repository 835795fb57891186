//! CSRF tokens, as handlers issue and check them (S28, T28).

use std::fmt;

use super::Session;
use crate::data::{RootSession, SessionData};
use crate::edge::CsrfToken;
use crate::error::{Error, Kind};
use crate::observe::Happened;
use crate::sessions::Sessions;
use crate::token::Token;

impl<S: SessionData> Session<S> {
    /// A token for the forms and scripts of this response, by which the next unsafe request proves that a page of this
    /// session is behind it.
    ///
    /// It is bound to the id that the browser has after this response, and to those that it is renewed to, and dies with the
    /// next rotation. So where there is no session yet, there is one from now on, if only an empty one; and where the request
    /// has authenticated somebody, the token is for the new id. A `&mut T` handler that changes an `owner` or `privileged` field and shows a page in the same response
    /// hands the change in before, with [`stage`](Self::stage); otherwise the token is of the id that the change ends, and
    /// the log says so. Where there will be no session (it is ended by this request, or that came over plain http), the token
    /// proves nothing. By an id that has just ended, the token is good for the form of a login.
    ///
    /// Issue one for each response, not for each visitor: no two tokens are the same text.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] without random bits. [`Error::is_too_late`] if the response has begun and the session would
    /// need an id.
    ///
    /// ```
    /// use axum::{Form, response::Html};
    /// use serde::Deserialize;
    /// use session_runtime::{Error, Session, session, with_session};
    ///
    /// #[session(csrf)]
    /// struct Shop {
    ///     #[session(owner)]
    ///     user: Option<String>,
    ///     notes: Vec<String>,
    /// }
    ///
    /// #[with_session]
    /// async fn page(session: &Shop, handle: Session<Shop>) -> Result<Html<String>, Error> {
    ///     let token = handle.csrf_token()?;
    ///     Ok(Html(format!(
    ///         r#"{} notes <form method="post"><input name="text"><input type="hidden" name="csrf" value="{token}"></form>"#,
    ///         session.notes.len(),
    ///     )))
    /// }
    ///
    /// #[derive(Deserialize)]
    /// struct Note {
    ///     text: String,
    ///     csrf: String,
    /// }
    ///
    /// // a form sends no header of its own, so this handler looks at the token itself
    /// #[with_session(csrf = form)]
    /// async fn add(session: &mut Shop, handle: Session<Shop>, Form(note): Form<Note>) -> Result<(), Error> {
    ///     handle.verify_csrf(&note.csrf)?;
    ///     session.notes.push(note.text);
    ///     Ok(())
    /// }
    /// # use axum::{Router, routing::get};
    /// # let _: Router = Router::new().route("/", get(page).post(add));
    /// ```
    pub fn csrf_token(&self) -> Result<CsrfToken, Error> {
        self.cell.issue_csrf()
    }

    /// Checks the token that a form sent: before anything else is done, and before anything is [saved](Self::save).
    ///
    /// A request without an id has no token that could be right. So a login form whose page issued one is protected, too:
    /// nobody is logged in as somebody else by a page of another site.
    ///
    /// # Errors
    /// [`Error::is_csrf`], which is answered with 403, if the token is not one of this session. A handler returns it: until
    /// the request has proved itself, nothing that it does to the session is stored.
    pub fn verify_csrf(&self, token: impl AsRef<[u8]>) -> Result<(), Error> {
        if self.cell.prove(token.as_ref()) {
            return Ok(());
        }
        self.cell.tell(Happened::CsrfRefused { why: "its form has no token of this session" });
        Err(Error::new(Kind::Csrf))
    }
}

impl<R: RootSession> Sessions<R> {
    /// A token for the session of this id, without a request: for tests and tools that send unsafe requests.
    ///
    /// # Errors
    /// [`Error::is_unavailable`] without random bits.
    pub fn csrf_token(&self, token: &Token) -> Result<CsrfToken, Error> {
        let engine = self.engine();
        Ok(CsrfToken::of(&token.csrf_base(&engine.purpose), &*engine.entropy)?)
    }
}

/// [`Session`], extracted without asking an unsafe request for its CSRF token.
///
/// For middleware and extractors of your own that stand before handlers with `#[with_session(csrf = form)]` or
/// `csrf = false`. They cannot know whether the request will prove itself, so they only read, and do nothing in the
/// session owner's name. The handler's own demand is not changed by it.
///
/// ```
/// use axum::{extract::Request, middleware::Next, response::Response};
/// use session_runtime::{WithoutCsrf, session};
///
/// #[session(csrf)]
/// struct Shop {
///     #[session(owner)]
///     user: Option<String>,
/// }
///
/// async fn count_users(WithoutCsrf(session): WithoutCsrf<Shop>, request: Request, next: Next) -> Response {
///     println!("{}", if session.get().user.is_some() { "a user" } else { "a visitor" });
///     next.run(request).await
/// }
/// # let _: axum::Router = axum::Router::new().layer(axum::middleware::from_fn(count_users));
/// ```
pub struct WithoutCsrf<S>(pub Session<S>);

// not derived: that would ask for `S: Clone`
impl<S> Clone for WithoutCsrf<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S> fmt::Debug for WithoutCsrf<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WithoutCsrf(..)")
    }
}
