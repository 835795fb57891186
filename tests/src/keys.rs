//! What a store knows a session by, worked out from its definition rather than asked of the library.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// The key of the index of an owner's sessions, by the owner's JSON, for the same cookie.
pub fn index_of(owner: &str) -> [u8; 32] {
    let purpose = Sha256::digest(b"__Host-id\0/");
    let owner = Sha256::digest(owner);
    Sha256::new()
        .chain_update(b"sessions of")
        .chain_update(&purpose[..16])
        .chain_update(owner)
        .finalize()
        .into()
}

/// The key of the session with this id in a cookie called `__Host-id` with the path `/`.
///
/// # Panics
/// If `id` is no base64url.
pub fn key_of(id: &str) -> [u8; 32] {
    let purpose = Sha256::digest(b"__Host-id\0/");
    let id = URL_SAFE_NO_PAD.decode(id).expect("an id is base64url");
    Sha256::new().chain_update(id).chain_update(&purpose[..16]).finalize().into()
}
