//! Why a key is refused.

use std::error::Error as StdError;
use std::path::PathBuf;
use std::{fmt, io};

use crate::error::Error;

/// Why a key could not be had. It names the variable, the file or the rule, and nothing of the key.
#[derive(Debug)]
#[non_exhaustive]
pub enum KeyError {
    /// Fewer than 32 bytes.
    Short {
        /// Bytes that there are, after decoding.
        bytes: usize,
    },
    /// The bytes follow a pattern or are words, so they can be guessed; what they are is in the text.
    Weak(&'static str),
    /// The key is printed in some documentation, so everybody has it.
    Documented,
    /// A public key, in PEM or SSH format.
    Public,
    /// The text is not hexadecimal, or half a byte is missing.
    NotHex,
    /// The text is not base64.
    NotBase64,
    /// The text of a variable or file is neither hexadecimal nor base64.
    NotText,
    /// The environment variable is not set.
    NotSet(String),
    /// The file cannot be read.
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the operating system says.
        source: io::Error,
    },
    /// There is something else than an ordinary file: a folder, a pipe, a device.
    NotAFile(PathBuf),
    /// The file is longer than any key.
    TooLong(PathBuf),
    /// Everybody may write to the file.
    Exposed(PathBuf),
    /// The ring has this key already.
    Duplicate,
    /// The operating system gave no random bits.
    NoEntropy,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MAKE: &str = "make one with `openssl rand -base64 32`";
        match self {
            Self::Short { bytes } => write!(f, "a key of {bytes} bytes is too short, 32 are needed; {MAKE}"),
            Self::Weak(what) => write!(f, "the key is {what}, which can be guessed; {MAKE}"),
            Self::Documented => {
                write!(f, "the key is printed in some documentation, so everybody has it; {MAKE}")
            }
            Self::Public => write!(f, "this is a public key, which is no secret; {MAKE}"),
            Self::NotHex => f.write_str("the key is not hexadecimal text of whole bytes"),
            Self::NotBase64 => f.write_str("the key is not base64 text"),
            Self::NotText => {
                write!(f, "the key is neither hexadecimal nor base64 text; {MAKE}")
            }
            Self::NotSet(variable) => {
                write!(f, "the environment variable `{variable}` for the key is not set")
            }
            Self::Unreadable { file, .. } => write!(f, "the key file {} cannot be read", file.display()),
            Self::NotAFile(file) => write!(f, "the key file {} is not an ordinary file", file.display()),
            Self::TooLong(file) => write!(f, "the key file {} has over 4096 bytes", file.display()),
            Self::Exposed(file) => write!(f, "everybody may write to the key file {}", file.display()),
            Self::Duplicate => f.write_str("the key is in the ring already"),
            Self::NoEntropy => f.write_str("the operating system gave no random bits for a key"),
        }
    }
}

impl StdError for KeyError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Unreadable { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<KeyError> for Error {
    /// A key is part of the configuration.
    fn from(error: KeyError) -> Self {
        Self::config(match &error {
            KeyError::Unreadable { source, .. } => format!("{error}: {source}"),
            _ => error.to_string(),
        })
    }
}
