//! What a request changed in one session value.

use std::borrow::Cow;
use std::ops::Range;

use super::plan::{OwnerChange, Summary};
use crate::changes::{FieldChange, Merge};
use crate::data::{Field, Role, SessionData};
use crate::error::{Error, Kind};
use crate::field::{Claims, Notice, check_extra_key};
use crate::record::fields::Builder;
use crate::record::{Decoded, Record};

/// Room for the changes of most requests, so that writing them does not grow the buffers again and again.
const VALUES_BYTES: usize = 512;
const CHANGES: usize = 8;

/// The changes of all session values of a request, with what they mean to the plan.
#[derive(Debug, Default)]
pub(crate) struct Diff {
    /// Empty where no record was loaded: then `values` is the new record.
    pub(crate) changes: Vec<Changed>,
    pub(crate) summary: Summary,
    /// The owner field's new JSON value, if the owner changed; `None` inside for nobody.
    #[allow(clippy::option_option)]
    pub(crate) owner: Option<Option<Box<str>>>,
    /// The first value that cannot be stored. The summary is right all the same, so that a lost privilege is not missed.
    pub(crate) error: Option<Error>,
    /// What the record decodes to with these changes.
    pub(crate) decoded: Option<Decoded>,
    /// The new values of `changes`.
    pub(crate) values: Builder,
}

/// One change, and what it is to the plan.
#[derive(Debug)]
pub(crate) struct Changed {
    pub(crate) change: FieldChange,
    pub(crate) class: Class,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    Plain,
    Keep,
    Privilege {
        dropped: bool,
    },
    /// A message was set.
    Notice,
    /// A message was shown, or a value's time is over: no change by the handler.
    Consumed,
}

/// What a diff is made from, beside the two values.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    /// The record that the request loaded.
    pub(crate) record: Option<&'a Record>,
    /// The value is a new one altogether: every field that is not at its default is written.
    pub(crate) restart: bool,
    pub(crate) claims: &'a Claims,
}

impl Diff {
    /// Adds what differs between `loaded` and `ours`.
    pub(crate) fn add<S: SessionData>(&mut self, loaded: &S, ours: &S, context: &Context<'_>) {
        let before = self.changes.len();
        for field in S::FIELDS {
            match field.role {
                Role::Skipped => {}
                Role::Extra => self.add_extra(field, loaded, ours, context),
                Role::Impersonator => self.add_mark(field, loaded, ours, context),
                _ if field.access.is_notice() => self.add_notice(field, loaded, ours, context),
                _ => self.add_field(field, loaded, ours, context),
            }
        }
        if self.changes.len() > before {
            self.remove_expired(loaded, ours, context);
        }
        // a section's privilege is one of several: losing it ends no session
        if self.changes.len() > before && S::SECTION.is_none() {
            self.summary.emptied |= is_emptied(loaded, ours);
        }
    }

    fn add_field<S: SessionData>(&mut self, field: &Field<S>, loaded: &S, ours: &S, context: &Context<'_>) {
        let access = field.access;
        let same = access.same(loaded, ours);
        if same && (!context.restart || access.same(&S::default(), ours)) {
            return;
        }
        let value = self.encode(field, ours);
        let class = match field.role {
            Role::Keep => Class::Keep,
            Role::Owner if !same => self.owner_changed(field, loaded, ours, value.clone()),
            Role::Privileged if !same => self.privilege_changed(field, ours),
            Role::Owner | Role::Privileged => Class::Privilege { dropped: false },
            _ => Class::Plain,
        };
        if context.record.is_none() {
            // the new values are the record: there is nothing that they could meet
            return self.count(class);
        }
        let merge =
            if same { Merge::LastWrite } else { access.merge(loaded, ours, S::default, field.aliases) };
        self.retire_aliases(field, class, context);
        self.push(field.key.into(), Some(value), merge, class);
    }

    fn owner_changed<S: SessionData>(
        &mut self,
        field: &Field<S>,
        loaded: &S,
        ours: &S,
        value: Range<usize>,
    ) -> Class {
        let default = S::default();
        let (was, is) = (!field.access.same(&default, loaded), !field.access.same(&default, ours));
        self.summary.owner = match (was, is) {
            (true, true) => OwnerChange::Replaced,
            (true, false) => OwnerChange::Left,
            (false, _) => OwnerChange::Taken,
        };
        self.owner = Some(is.then(|| String::from_utf8_lossy(self.values.written(&value)).into()));
        Class::Privilege { dropped: !is }
    }

    fn privilege_changed<S: SessionData>(&mut self, field: &Field<S>, ours: &S) -> Class {
        let dropped = field.access.same(&S::default(), ours);
        self.summary.privileged = true;
        self.summary.dropped |= dropped;
        Class::Privilege { dropped }
    }

    /// Who is behind an impersonation is stored by what begins it, and goes with every wipe, so with a restart too.
    fn add_mark<S: SessionData>(&mut self, field: &Field<S>, loaded: &S, ours: &S, context: &Context<'_>) {
        let default = S::default();
        let (was, is) = (!field.access.same(&default, loaded), !field.access.same(&default, ours));
        if is && !field.access.same(loaded, ours) {
            self.fail(field.key.into(), "only `Session::impersonate` sets it".into());
        } else if was && (context.restart || !is) {
            self.summary.privileged = true;
            self.summary.unmasked = true;
        }
    }

    /// A field that was loaded from an earlier key moves to its present one.
    fn retire_aliases<S: SessionData>(&mut self, field: &Field<S>, class: Class, context: &Context<'_>) {
        let Some(record) = context.record else { return };
        for &alias in field.aliases.iter().filter(|alias| record.fields().get(alias).is_some()) {
            self.push(alias.into(), None, Merge::LastWrite, class);
        }
    }

    fn add_notice<S: SessionData>(&mut self, field: &Field<S>, loaded: &S, ours: &S, context: &Context<'_>) {
        // a message that was carried over into a new value is written like one that was set
        let carried = || context.restart && !field.access.same(&S::default(), ours);
        match field.access.notice(loaded, ours) {
            None if carried() => {
                let value = self.encode(field, ours);
                self.push(field.key.into(), Some(value), Merge::LastWrite, Class::Notice);
            }
            Some(Notice::Set) => {
                let value = self.encode(field, ours);
                self.push(field.key.into(), Some(value), Merge::LastWrite, Class::Notice);
            }
            Some(Notice::Consumed) => self.push(field.key.into(), None, Merge::YieldTo, Class::Consumed),
            Some(Notice::Nothing) | None => {}
        }
    }

    /// What was over when it was loaded goes with what is written anyway (S73), unless another request set it anew.
    fn remove_expired<S: SessionData>(&mut self, loaded: &S, ours: &S, context: &Context<'_>) {
        let Some(record) = context.record else { return };
        for field in S::FIELDS.iter().filter(|field| field.ttl.is_some()) {
            let default = S::default();
            if field.access.same(&default, loaded) && field.access.same(&default, ours) {
                let keys = std::iter::once(&field.key).chain(field.aliases);
                for &key in keys.filter(|key| record.fields().get(key).is_some()) {
                    self.push(key.into(), None, Merge::YieldTo, Class::Consumed);
                }
            }
        }
    }

    fn add_extra<S: SessionData>(&mut self, field: &Field<S>, loaded: &S, ours: &S, context: &Context<'_>) {
        let (Some(theirs), Some(ours)) = (field.access.extra(loaded), field.access.extra(ours)) else {
            return;
        };
        let nothing = crate::field::Extra::default();
        let base = if context.restart { &nothing } else { theirs };
        for (key, value) in ours.changes(base) {
            if let Err(why) = check_extra_key(key, Some(context.claims)) {
                self.fail(key.to_owned().into(), why.to_string());
            }
            let json = value.map(|value| {
                self.values.write(key.as_bytes(), |out| out.extend_from_slice(value.to_string().as_bytes()))
            });
            self.push(key.to_owned().into(), json, Merge::LastWrite, Class::Plain);
        }
    }

    fn encode<S: SessionData>(&mut self, field: &Field<S>, value: &S) -> Range<usize> {
        if self.values.size() == 0 {
            self.values = Builder::with_capacity(VALUES_BYTES);
        }
        let mut outcome = Ok(());
        let written =
            self.values.write(field.key.as_bytes(), |out| outcome = field.access.encode(value, out));
        if let Err(why) = outcome {
            self.fail(field.key.into(), why.to_string());
        }
        written
    }

    fn fail(&mut self, field: Cow<'static, str>, why: String) {
        self.error.get_or_insert_with(|| Error::new(Kind::Unstorable { field, why: why.into() }));
    }

    fn count(&mut self, class: Class) {
        if class == Class::Consumed {
            self.summary.consumed = true;
        } else {
            self.summary.changed = true;
        }
    }

    fn push(&mut self, key: Cow<'static, str>, value: Option<Range<usize>>, merge: Merge, class: Class) {
        self.count(class);
        if self.changes.capacity() == 0 {
            self.changes.reserve(CHANGES);
        }
        self.changes.push(Changed { change: FieldChange { key, value, merge }, class });
    }
}

/// Row 1 of the table: a privilege was set, and now every stored field is at its default.
fn is_emptied<S: SessionData>(loaded: &S, ours: &S) -> bool {
    let privileges = || S::FIELDS.iter().filter(|field| field.role.is_privilege());
    if privileges().next().is_none() {
        return false;
    }
    let default = S::default();
    privileges().any(|field| !field.access.same(loaded, &default))
        // who is behind an impersonation is behind nothing any more
        && S::FIELDS
            .iter()
            .all(|field| field.role == Role::Impersonator || field.access.same(ours, &default))
}
