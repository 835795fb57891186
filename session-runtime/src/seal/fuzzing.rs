//! Any texts as tokens, tokens of ours with any changes, and any contents under the right tag.

#![allow(clippy::panic, clippy::missing_panics_doc, reason = "a panic is what a fuzzer finds")]

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use super::{Scope, Sealer, encrypted, packed, signed};
use crate::__fuzzing::assert_same;
use crate::clock::Timestamp;
use crate::jwt::compact;
use crate::keys::{KeyRing, SecretKey};
use crate::mac::MacKey;
use crate::record::{Fields, Meta, Record};
use crate::token::{Entropy, NoEntropy};

const SCOPE: Scope<'static> = Scope { application: "shop", cookie: "__Host-id", path: "/", session: "Shop" };
const ID: [u8; 32] = *b"the id by which it is revoked...";
const NOW: Timestamp = Timestamp::from_millis(1_795_225_026_123);

/// The same bits in every run, so that the inputs that were kept mean the same; never only zeros.
struct Same;

impl Entropy for Same {
    fn fill(&self, bytes: &mut [u8]) -> Result<(), NoEntropy> {
        bytes.fill(0x5a);
        Ok(())
    }
}

/// What was sealed here: nothing else may ever open.
struct World {
    /// Under the newer key, which also reads the older one's.
    sealers: [Box<dyn Sealer>; 2],
    ours: [Vec<String>; 2],
    /// The encoded header of our signed tokens, and the key of their tags.
    header: String,
    mac: MacKey,
}

static WORLD: LazyLock<World> = LazyLock::new(|| World::new().unwrap_or_else(|| panic!("the keys are good")));

impl World {
    fn new() -> Option<Self> {
        let key = |text: &str| SecretKey::from_hex(text).ok();
        let older = || key("1f8e35c9a07b62d4930e5ac7184fb62d7c90e1a35f48b26d09c7e4f1a8352b6d");
        let newer = key("c2a94d7160f83be5279dc8014ea6f3b5902d6c7e81fa34b5d0496e2c73f18ba7")?;
        let mac = MacKey::new(&*newer.derive("signed cookie 1", &SCOPE.parts()));
        let sealers =
            |ring: &KeyRing| [signed(ring, &SCOPE, Arc::new(Same)), encrypted(ring, &SCOPE, Arc::new(Same))];
        let old = sealers(&KeyRing::new(older()?));
        let new = sealers(&KeyRing::new(newer).and_read(older()?).ok()?);
        let mut ours = [Vec::new(), Vec::new()];
        for record in [record(&[]), record(&[("user", r#"{"isAdmin":false}"#), ("visits", "7")])] {
            for (at, ours) in ours.iter_mut().enumerate() {
                ours.push(new[at].seal(&ID, &record).ok()?);
                ours.push(old[at].seal(&ID, &record).ok()?);
            }
        }
        let header = ours[0].first()?.split('.').next()?.to_owned();
        Some(Self { sealers: new, ours, header, mac })
    }
}

/// A session of a quarter of an hour ago that has eight hours.
fn record(fields: &[(&str, &str)]) -> Record {
    let created = Timestamp::from_millis(NOW.as_millis() - 900_001);
    let mut meta =
        Meta::new(created, Duration::from_secs(1800), created.after(Duration::from_secs(8 * 3600)));
    meta.owner = Some("7".into());
    Record::new(meta, fields.iter().copied().collect::<Fields>())
}

/// The first byte chooses what the rest is: a text, changes of a token, or what is under the tag.
pub fn sealed(data: &[u8]) {
    let Some((choice, rest)) = data.split_first() else { return };
    let format = usize::from(choice & 1);
    match choice >> 1 & 3 {
        0 => text(format, rest),
        1 => text(format, &changed(&WORLD.ours[format], choice >> 3, rest)),
        2 => claims(rest),
        _ => plaintext(rest),
    }
}

/// It opens only if it was sealed here, to the byte.
fn text(format: usize, text: &[u8]) {
    let sealer = &WORLD.sealers[format];
    let is_ours = WORLD.ours[format].iter().any(|token| token.as_bytes() == text);
    let opened = sealer.open(text, NOW);
    assert_eq!(opened.is_some(), is_ours, "{}", String::from_utf8_lossy(text));
    assert!(!is_ours || sealer.could_be(text), "what could not be a token opens");
    // nor does anything open as the other format, or when its time is over
    assert!(WORLD.sealers[1 - format].open(text, NOW).is_none(), "one format opens the other's");
    let over = NOW.after(Duration::from_secs(8 * 3600));
    assert!(sealer.open(text, over).is_none(), "it outlives its deadline");
}

/// One of our tokens, changed: three bytes each say what, where and to what.
fn changed(ours: &[String], which: u8, edits: &[u8]) -> Vec<u8> {
    let mut text = ours[usize::from(which) % ours.len()].clone().into_bytes();
    for [what, at, to] in edits.as_chunks::<3>().0 {
        let at = (usize::from(what >> 4) << 8 | usize::from(*at)) % (text.len() + 1);
        match what % 5 {
            0 if at < text.len() => text[at] = *to,
            1 if at < text.len() => drop(text.remove(at)),
            2 => text.insert(at, *to),
            3 => text.truncate(at),
            4 => text.extend_from_within(at..(at + usize::from(*to)).min(text.len())),
            _ => {}
        }
    }
    text
}

/// What only who has the key can write, such as another version: whatever opens is sealed and opened again as the same.
fn claims(claims: &[u8]) {
    let sealer = &WORLD.sealers[0];
    let token = compact::write(&WORLD.header, claims, &WORLD.mac);
    if let Some(opened) = sealer.open(token.as_bytes(), NOW) {
        let again = sealer.seal(&opened.id, &opened.record).unwrap_or_else(|_| panic!("random bits"));
        // escapes that were written short may be longer than a cookie now
        if let Some(again) = sealer.open(again.as_bytes(), NOW) {
            assert!(again.id == opened.id, "another id");
            assert_same(&opened.record, &again.record);
        } else {
            assert!(again.len() > super::MAX_TEXT, "{again} does not open");
        }
    }
}

/// The same under encryption.
fn plaintext(plain: &[u8]) {
    if let Some((id, record)) = packed::read(plain) {
        let mut again = Vec::new();
        packed::write(&id, &record, &mut again);
        let read = packed::read(&again).unwrap_or_else(|| panic!("what was written is not read"));
        assert!(read.0 == id, "another id");
        assert_same(&record, &read.1);
    }
}
