use session_runtime::{KeyError, SecretKey};

fn main() -> Result<(), KeyError> {
    SecretKey::from_literal(b"x7Kq9vR2mT4w").map(drop)
}
