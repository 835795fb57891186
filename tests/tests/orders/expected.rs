//! What two requests come to if each is done at one moment: loaded at one, and its write at another. Knows no code of the
//! library's.

use crate::actions::Meaning;

/// A session as it must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Model {
    /// Ended by a logout.
    pub(crate) ended: bool,
    /// How often it was given another id.
    pub(crate) id: u32,
    /// Given another id that the first one leads to.
    pub(crate) renewed: bool,
    pub(crate) user: Option<String>,
    /// Who acts as the user.
    pub(crate) by: Option<String>,
    /// What that one had.
    pub(crate) aside: Option<Box<Self>>,
    pub(crate) count: u32,
    pub(crate) items: Vec<u8>,
    pub(crate) name: String,
    pub(crate) votes: u32,
    pub(crate) coupon: Option<u32>,
    pub(crate) last: Option<u8>,
    pub(crate) done: [bool; 2],
    pub(crate) theme: String,
    /// Who logged in by the first id when that was dead, and so has a session of their own.
    pub(crate) apart: Vec<u8>,
}

/// What the response says of the cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    None,
    New,
    Removed,
}

/// What a client must be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) status: u16,
    pub(crate) cookie: Cookie,
    pub(crate) body: String,
}

impl Told {
    fn ok(cookie: Cookie) -> Self {
        Self { status: 200, cookie, body: String::new() }
    }

    /// Refused: empty, and nothing about cookies.
    fn refused() -> Self {
        Self { status: 409, ..Self::ok(Cookie::None) }
    }
}

impl Model {
    /// A session before anything happens to it.
    pub(crate) fn of(user: Option<&str>) -> Self {
        Self {
            ended: false,
            id: 0,
            renewed: false,
            user: user.map(str::to_owned),
            by: None,
            aside: None,
            count: 5,
            items: vec![9],
            name: "before".to_owned(),
            votes: 3,
            coupon: Some(7),
            last: None,
            done: [false; 2],
            theme: "dark".to_owned(),
            apart: Vec::new(),
        }
    }

    /// That of who logged in apart.
    pub(crate) fn apart(me: u8) -> Self {
        let mut own = Self { theme: String::new(), user: Some(format!("user {me}")), ..Self::of(None) };
        (own.count, own.votes, own.coupon) = (0, 0, None);
        (own.items, own.name) = (Vec::new(), String::new());
        own
    }

    /// What a page shows of it.
    pub(crate) fn shown(&self) -> String {
        format!(
            "{:?}",
            Self { ended: false, id: 0, renewed: false, aside: None, apart: Vec::new(), ..self.clone() }
        )
    }

    /// As a request with the first id finds it; nothing, once it has ended or has another one.
    pub(crate) fn load(&self) -> Option<Self> {
        self.is_there().then(|| self.clone())
    }

    fn is_there(&self) -> bool {
        !self.ended && self.id == 0
    }

    /// A request's one moment: `me` loaded `seen`, and writes now.
    pub(crate) fn carry_out(&mut self, meaning: Meaning, me: u8, seen: Option<&Self>) -> Told {
        let seen = match seen {
            Some(seen) => seen,
            None if meaning == Meaning::Login => {
                self.apart.push(me);
                return Told::ok(Cookie::New);
            }
            None => return unseen(meaning),
        };
        let there = self.is_there();
        match meaning {
            Meaning::Touch => return Told::ok(Cookie::None),
            // a logout beats what came between, also another id
            Meaning::Destroy => {
                self.ended = true;
                return Told::ok(Cookie::Removed);
            }
            // of somebody who is logged in, everything at its default is a logout
            Meaning::Clear if seen.user.is_some() => {
                self.ended = true;
                return Told::ok(Cookie::Removed);
            }
            // who is nobody cannot leave
            Meaning::Leave if seen.user.is_none() => return Told::ok(Cookie::None),
            Meaning::Take if seen.coupon.is_none() => {
                return Told { body: "None".into(), ..Told::ok(Cookie::None) };
            }
            // a renewal is nothing to refuse a request for
            Meaning::Renew if !there => return Told::ok(Cookie::None),
            _ if !there => return Told::refused(),
            Meaning::Change => {
                self.count += 1;
                self.items.push(me);
                self.last = Some(me);
                self.done[usize::from(me)] = true;
            }
            Meaning::Claim if self.name != seen.name => return Told::refused(),
            Meaning::Claim => self.name = format!("claimed by {me}"),
            Meaning::Vote => self.votes += 10 + u32::from(me),
            Meaning::Take => {
                let body = format!("{:?}", self.coupon.take());
                return Told { body, ..Told::ok(Cookie::None) };
            }
            Meaning::Rotate => return self.another_id(),
            Meaning::Login => {
                if seen.user.is_some() {
                    self.wipe();
                }
                self.user = Some(format!("user {me}"));
                return self.another_id();
            }
            Meaning::Leave => {
                self.wipe();
                return self.another_id();
            }
            Meaning::Impersonate if seen.by.is_some() => return self.cannot("AlreadyImpersonating"),
            Meaning::Impersonate => {
                let own = Box::new(self.clone());
                self.wipe();
                (self.user, self.by, self.aside) = (Some("bob".into()), own.user.clone(), Some(own));
                return self.another_id();
            }
            Meaning::Return => {
                if !self.come_back() {
                    return self.cannot("NotImpersonating");
                }
                return self.another_id();
            }
            Meaning::Renew => {
                self.renewed = true;
                return Told::ok(Cookie::New);
            }
            Meaning::Clear => unreachable!("only for who is logged in"),
            Meaning::Revoke => unreachable!("from outside"),
        }
        Told::ok(Cookie::None)
    }

    /// It was there, which is recorded, and has the cookie of a renewal then.
    fn cannot(&self, why: &str) -> Told {
        let cookie = if self.renewed { Cookie::New } else { Cookie::None };
        Told { body: why.to_owned(), ..Told::ok(cookie) }
    }

    /// What was put aside; `keep` fields are the browser's. Nothing, if nothing was.
    pub(crate) fn come_back(&mut self) -> bool {
        let Some(own) = self.aside.take() else { return false };
        *self = Self { id: self.id, renewed: self.renewed, theme: self.theme.clone(), ..*own };
        true
    }

    fn another_id(&mut self) -> Told {
        self.id += 1;
        Told::ok(Cookie::New)
    }

    /// What an owner left behind goes with them, but for `keep` fields.
    fn wipe(&mut self) {
        *self = Self {
            user: None,
            by: None,
            aside: None,
            count: 0,
            items: Vec::new(),
            name: String::new(),
            votes: 0,
            coupon: None,
            last: None,
            done: [false; 2],
            ..self.clone()
        };
    }
}

/// A request with an id that is dead already: it reads nothing, and what it writes is refused. Who wants to leave may.
fn unseen(meaning: Meaning) -> Told {
    match meaning {
        Meaning::Touch | Meaning::Leave | Meaning::Clear | Meaning::Renew => Told::ok(Cookie::None),
        Meaning::Take => Told { body: "None".into(), ..Told::ok(Cookie::None) },
        Meaning::Destroy => Told::ok(Cookie::Removed),
        Meaning::Change
        | Meaning::Claim
        | Meaning::Vote
        | Meaning::Rotate
        | Meaning::Impersonate
        | Meaning::Return => Told::refused(),
        Meaning::Login => unreachable!("apart"),
        Meaning::Revoke => unreachable!("from outside"),
    }
}
