//! Every form of a function: methods, impl blocks, generics, lifetimes, sync, unsafe.

#![deny(warnings, missing_docs)]

use std::fmt::Display;

use session_runtime::{SessionData, session, with_session};

/// A shop.
#[session]
pub struct Shop {
    /// Pages seen.
    pub visits: u32,
    /// Whose it is, perhaps.
    pub name: Option<String>,
}

/// Handlers.
pub struct Handlers {
    prefix: String,
}

impl Handlers {
    /// A method.
    ///
    /// # Errors
    /// If the text is no number.
    #[with_session]
    #[must_use = "it counts"]
    pub async fn add(&self, session: &mut Shop, by: &str) -> Result<String, std::num::ParseIntError> {
        session.visits += by.parse::<u32>()?;
        if session.visits > 9 {
            return Ok(String::new());
        }
        Ok(format!("{}{}", self.prefix, session.visits))
    }
}

#[with_session]
impl Handlers {
    #![allow(dead_code)]
    const LIMIT: u32 = 9;

    fn plain(&self) -> &str {
        &self.prefix
    }

    #[inline]
    fn sync<'a>(&'a self, session: &Shop) -> Option<&'a str> {
        let limit = session.visits.checked_sub(Self::LIMIT)?;
        (limit == 0).then_some(self.plain())
    }

    async fn consume(self, session: &'static mut Shop) -> String
    where
        Self: Sized,
    {
        session.visits = 0;
        self.prefix
    }
}

#[with_session]
async fn generic<S, T: Display, const N: usize>(session: &S, values: [T; N]) -> String
where
    S: SessionData,
{
    let _ = session;
    values.iter().map(ToString::to_string).collect()
}

#[with_session]
unsafe fn dangerous(session: &mut Shop) {
    #![allow(clippy::needless_return)]
    session.visits = 1;
    return;
}

#[with_session]
extern "C" fn foreign(session: &Shop) -> u32 {
    session.visits
}

#[with_session]
async fn nothing(session: &mut Shop) {
    session.visits += 1;
}

#[with_session]
async fn our_names(session: &mut Shop) -> u32 {
    let output = 1;
    let value = 2;
    session.visits += output;
    session.visits + value
}

/// One method of several has a guard, and sees the value as a slice of text.
impl Handlers {
    #[with_session(require = name, or = redirect("/name"))]
    async fn named(&self, session: &mut Shop, name: &str) -> usize {
        session.name = None;
        std::future::ready(()).await;
        name.len()
    }
}

/// A session of any type can be asked how recent its login is.
#[with_session(fresh = "1m", activity = false)]
async fn any<S: SessionData>(session: &S) -> usize {
    size_of_val(session)
}

/// A future that can be sent, although the body only borrows something that cannot be shared.
#[with_session]
async fn borrows(session: &Shop, cell: std::cell::Cell<u32>) -> u32 {
    let shared = &cell;
    shared.set(session.visits);
    std::future::ready(()).await;
    cell.get()
}

fn main() {
    let _ = (Handlers::add, Handlers::sync, Handlers::consume, foreign, nothing, our_names, borrows);
    let _ = generic::<Shop, u8, 2>;
    let _ = (Handlers::named, any::<Shop>);
    let _: unsafe fn(<Shop as SessionData>::Extractor) = dangerous;
}
