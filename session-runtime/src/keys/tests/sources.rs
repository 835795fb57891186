//! Keys in files and in the environment.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{KeyError, Random, SecretKey, hex, mark};

/// A file of one test, removed in the end.
struct Temporary(PathBuf);

impl Temporary {
    fn holding(content: impl AsRef<[u8]>) -> Self {
        let name = format!("session-key-{:032x}", crate::record::OpId::next().as_u128());
        let file = Self(std::env::temp_dir().join(name));
        fs::write(&file.0, content).unwrap();
        file
    }

    fn read(&self) -> Result<SecretKey, KeyError> {
        SecretKey::from_file(&self.0)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.0));
    }
}

#[test]
fn s58_a_file_holds_a_key_as_text_or_as_bytes() {
    let bytes = Random::new(20).bytes(32);
    let key = mark(&SecretKey::from_bytes(&bytes).unwrap());
    let (hex, base64) = (hex(&bytes), STANDARD.encode(&bytes));
    for text in [&hex, &hex.to_uppercase(), &base64, &base64.trim_end_matches('=').to_owned()] {
        for end in ["", "\n", "\r\n"] {
            let file = Temporary::holding(format!("{text}{end}"));
            assert_eq!(mark(&file.read().unwrap()), key, "{text}{end:?}");
        }
        for end in ["\n\n", " ", " \n", "\n#"] {
            assert!(Temporary::holding(format!("{text}{end}")).read().is_err(), "{text}{end:?}");
        }
    }
    assert_eq!(mark(&Temporary::holding(&bytes).read().unwrap()), key);
}

#[test]
fn s58_bytes_that_end_like_a_line_are_kept() {
    // or one key of 256 would be refused as too short
    let mut bytes = Random::new(21).bytes(32);
    bytes[31] = b'\n';
    let key = mark(&SecretKey::from_bytes(&bytes).unwrap());
    assert_eq!(mark(&Temporary::holding(&bytes).read().unwrap()), key);
}

#[test]
fn s58_a_file_without_a_key_is_refused() {
    assert!(matches!(Temporary::holding("").read(), Err(KeyError::Short { bytes: 0 })));
    assert!(matches!(Temporary::holding("a sentence of some length, 1 2 3").read(), Err(KeyError::NotText)));
    assert!(matches!(Temporary::holding(&hex(&[7; 32])[1..]).read(), Err(KeyError::NotHex)));
    assert!(matches!(Temporary::holding([0; 4096]).read(), Err(KeyError::Weak(_))));
    assert!(matches!(Temporary::holding([0; 4097]).read(), Err(KeyError::TooLong(_))));
    assert!(matches!(SecretKey::from_file(std::env::temp_dir()), Err(KeyError::NotAFile(_))));
    let missing = SecretKey::from_file("no-such-file").unwrap_err();
    assert!(matches!(&missing, KeyError::Unreadable { .. }));
    assert!(missing.to_string().contains("no-such-file"), "the message names the file");
    assert!(std::error::Error::source(&missing).is_some());
}

#[cfg(unix)]
#[test]
fn s58_a_file_that_everybody_may_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;

    let file = Temporary::holding(hex(&Random::new(22).bytes(32)));
    for (mode, is_read) in [(0o600, true), (0o440, true), (0o444, true), (0o666, false), (0o602, false)] {
        fs::set_permissions(&file.0, fs::Permissions::from_mode(mode)).unwrap();
        assert_eq!(file.read().is_ok(), is_read, "{mode:o}");
    }
    assert!(matches!(file.read(), Err(KeyError::Exposed(_))));
}

#[cfg(unix)]
#[test]
fn s58_what_never_ends_is_no_key_file() {
    assert!(matches!(SecretKey::from_file("/dev/zero"), Err(KeyError::NotAFile(_))));
}

const VARIABLE: &str = "SESSION_RUNTIME_TEST_KEY";

/// What the environment says, asked by a process that has it: changing one's own is not safe.
fn in_environment(value: &str) -> bool {
    let this = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "keys::tests::sources::the_variable_holds_the_key", "--nocapture"])
        .env(VARIABLE, value)
        .output()
        .unwrap();
    this.status.success()
}

#[test]
fn the_variable_holds_the_key() {
    if std::env::var_os(VARIABLE).is_some() {
        let expected = SecretKey::from_bytes(Random::new(23).bytes(32)).unwrap();
        assert_eq!(mark(&SecretKey::from_env(VARIABLE).unwrap()), mark(&expected));
    }
}

#[test]
fn s58_a_variable_holds_a_key_as_text() {
    let bytes = Random::new(23).bytes(32);
    assert!(in_environment(&hex(&bytes)));
    assert!(in_environment(&STANDARD.encode(&bytes)));
    assert!(in_environment(&format!("{}\n", STANDARD.encode(&bytes))));
    assert!(
        !in_environment(&STANDARD.encode(Random::new(24).bytes(32))),
        "the test would notice another key"
    );
    assert!(!in_environment(""));
    assert!(!in_environment("a passphrase is not random, 12345678"));
}

/// MD-6.
#[test]
fn s54_a_variable_that_is_not_set_is_named() {
    let error = SecretKey::from_env("NO_SUCH_SESSION_KEY").unwrap_err();
    assert!(matches!(&error, KeyError::NotSet(name) if name == "NO_SUCH_SESSION_KEY"));
    assert!(error.to_string().contains("`NO_SUCH_SESSION_KEY`"));
}
