//! The compact serialisation of a token (RFC 7515, 7.1): three parts of base64url between two dots.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::mac::{MacKey, TAG};

/// Characters of a tag.
const TAG_TEXT: usize = 43;

/// A token as it was received: nothing in it is decoded or believed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unverified<'a> {
    header: &'a [u8],
    payload: &'a [u8],
    tag: &'a [u8],
    /// Header and payload with the dot between: what the tag is of.
    input: &'a [u8],
}

/// A token whose tag was that of its header and payload. There is no other way to have one, and none to decode the parts of
/// a token without it (S52, T12).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Verified<'a>(Unverified<'a>);

impl<'a> Unverified<'a> {
    /// The parts of a token, if there are three, in the alphabet, and the last has the length of a tag.
    pub(crate) fn split(text: &'a [u8]) -> Option<Self> {
        let (input, tag) = text.split_at_checked(text.len().checked_sub(TAG_TEXT + 1)?)?;
        let tag = tag.strip_prefix(b".")?;
        let mut parts = input.splitn(2, |character| *character == b'.');
        let (header, payload) = (parts.next()?, parts.next()?);
        // the alphabet has no dot, so there are two
        let is_base64url = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_');
        let all = [header, payload, tag].into_iter().flatten().all(is_base64url);
        all.then_some(Self { header, payload, tag, input })
    }

    /// The header, undecoded: good for comparing it with one that is known.
    pub(crate) const fn header(&self) -> &'a [u8] {
        self.header
    }

    /// The token, if its tag is right.
    pub(crate) fn verify(self, key: &MacKey) -> Option<Verified<'a>> {
        let mut tag = [0; TAG];
        // canonical base64url only: one token has one text (T11)
        let length = URL_SAFE_NO_PAD.decode_slice(self.tag, &mut tag).ok()?;
        (length == TAG && key.verify(&[self.input], &tag)).then_some(Verified(self))
    }
}

impl Verified<'_> {
    /// The bytes of the header.
    pub(crate) fn header(&self) -> Option<Vec<u8>> {
        decode(self.0.header)
    }

    /// The bytes of the payload.
    pub(crate) fn payload(&self) -> Option<Vec<u8>> {
        decode(self.0.payload)
    }
}

fn decode(part: &[u8]) -> Option<Vec<u8>> {
    #[cfg(test)]
    crate::mac::probe::READS.with(|reads| reads.set(reads.get() + 1));
    URL_SAFE_NO_PAD.decode(part).ok()
}

/// The token of a header that is already encoded, and of this payload.
pub(crate) fn write(header: &str, payload: &[u8], key: &MacKey) -> String {
    let mut text = String::with_capacity(header.len() + payload.len() * 4 / 3 + TAG_TEXT + 4);
    text.push_str(header);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut text);
    let tag = key.tag(&[text.as_bytes()]);
    text.push('.');
    URL_SAFE_NO_PAD.encode_string(tag, &mut text);
    text
}
