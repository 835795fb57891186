//! The fields of a record in one buffer: one allocation a session, and nothing to rebuild when it is read.

use std::fmt;
use std::ops::Range;

/// Before each field: key length (2 bytes) and value length (4 bytes), little endian.
const HEAD: usize = Fields::OVERHEAD;

/// The fields of a record: keys, each with the bytes of a JSON value.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Fields(Box<[u8]>);

impl Fields {
    /// What each field counts in [`size`](Self::size) beside its key and its value, in bytes.
    pub const OVERHEAD: usize = 6;

    /// Every field, in stored order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.raw().map(|(key, value)| (std::str::from_utf8(key).unwrap_or_default(), value))
    }

    /// The JSON value stored under `key`.
    pub fn get(&self, key: &str) -> Option<&[u8]> {
        self.raw().find(|(k, _)| *k == key.as_bytes()).map(|(_, value)| value)
    }

    /// Bytes that the fields take: of each its key, its value, and [`OVERHEAD`](Self::OVERHEAD). The limit of a session's size
    /// is in these bytes, so a store that cannot call this counts alike.
    pub const fn size(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no field.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Keys as bytes: comparing them needs no check of their encoding.
    pub(crate) fn raw(&self) -> Raw<'_> {
        Raw(&self.0)
    }
}

impl<K: AsRef<str>, V: AsRef<[u8]>> FromIterator<(K, V)> for Fields {
    /// Keys are taken as given: the caller names each once. Fields with a key of over 65,535 bytes or a value of over
    /// 4 GiB are left out; the core refuses both long before.
    fn from_iter<I: IntoIterator<Item = (K, V)>>(fields: I) -> Self {
        let mut builder = Builder::default();
        for (key, value) in fields {
            builder.push(key.as_ref().as_bytes(), value.as_ref());
        }
        builder.finish()
    }
}

impl fmt::Debug for Fields {
    /// Keys only: values may be secret (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter().map(|(key, _)| key)).finish()
    }
}

pub(crate) struct Raw<'a>(&'a [u8]);

impl<'a> Iterator for Raw<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let (head, rest) = self.0.split_first_chunk::<HEAD>()?;
        let [k0, k1, v0, v1, v2, v3] = *head;
        let (key, rest) = rest.split_at_checked(usize::from(u16::from_le_bytes([k0, k1])))?;
        let length = usize::try_from(u32::from_le_bytes([v0, v1, v2, v3])).ok()?;
        let (value, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some((key, value))
    }
}

/// Collects fields into their buffer.
#[derive(Clone, Default)]
pub(crate) struct Builder(Vec<u8>);

impl Builder {
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        Self(Vec::with_capacity(bytes))
    }

    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) {
        self.0.reserve(HEAD + key.len() + value.len());
        self.write(key, |out| out.extend_from_slice(value));
    }

    /// Adds the value that `write` appends, and says where it stands.
    pub(crate) fn write(&mut self, key: &[u8], write: impl FnOnce(&mut Vec<u8>)) -> Range<usize> {
        let head = self.0.len();
        self.0.extend_from_slice(&[0; HEAD]);
        self.0.extend_from_slice(key);
        let start = self.0.len();
        write(&mut self.0);
        let end = self.0.len();
        let lengths =
            (u16::try_from(key.len()), u32::try_from(end - start), self.0.get_mut(head..head + HEAD));
        let (Ok(k), Ok(v), Some(bytes)) = lengths else {
            self.0.truncate(head);
            return head..head;
        };
        bytes[..2].copy_from_slice(&k.to_le_bytes());
        bytes[2..].copy_from_slice(&v.to_le_bytes());
        start..end
    }

    /// What [`write`](Self::write) wrote there.
    pub(crate) fn written(&self, at: &Range<usize>) -> &[u8] {
        self.0.get(at.clone()).unwrap_or_default()
    }

    /// Bytes so far.
    pub(crate) const fn size(&self) -> usize {
        self.0.len()
    }

    /// The fields so far, without what the buffer has to spare.
    pub(crate) fn to_fields(&self) -> Fields {
        Fields(self.0.as_slice().into())
    }

    pub(crate) fn finish(self) -> Fields {
        Fields(self.0.into_boxed_slice())
    }
}

impl fmt::Debug for Builder {
    /// Nothing of the values (T22).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Builder({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests;
