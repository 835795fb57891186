//! Where the shop keeps its sessions: what the command line says. Nothing else of the shop knows.

use std::error::Error;

use session_runtime::{
    EncryptedCookieStore, KeyRing, MemoryStore, RevocationList, SecretKey, Sessions, SignedCookieStore,
};

use super::Shop;

const USAGE: &str = "usage: shop [--store memory|file|signed|encrypted|redis://host:port]";

/// Plain http on loopback; behind https it is `Sessions::new`.
pub(crate) fn sessions(arguments: &[&str]) -> Result<Sessions<Shop>, Box<dyn Error>> {
    let store = match arguments {
        [] => "memory",
        ["--store", store] => store,
        _ => return Err(USAGE.into()),
    };
    Ok(match store {
        "memory" => Sessions::development(MemoryStore::new())?,
        #[cfg(unix)]
        "file" => {
            let folder = std::env::temp_dir().join("shop-sessions");
            Sessions::development(session_runtime::FileStore::open(folder)?)?
        }
        "signed" => Sessions::development(SignedCookieStore::new(keys()?, ended()))?,
        "encrypted" => Sessions::development(EncryptedCookieStore::new(keys()?, ended()))?,

        url if url.starts_with("redis") => Sessions::development(session_runtime::RedisStore::connect(url)?)?,
        _ => return Err(USAGE.into()),
    })
}

/// The key in `SHOP_KEY`, such as `openssl rand -base64 32` prints; without one, a key for as long as the program runs.
fn keys() -> Result<KeyRing, Box<dyn Error>> {
    let key = match std::env::var_os("SHOP_KEY") {
        Some(_) => SecretKey::from_env("SHOP_KEY")?,
        None => SecretKey::generate()?,
    };
    Ok(KeyRing::new(key))
}

/// What was logged out. With several servers, and to outlive a restart, it would be in a store that they share.
fn ended() -> RevocationList {
    RevocationList::new(MemoryStore::new())
}
