use session_runtime::session;

use serde::{Deserialize, Serialize};

#[derive(Clone, PartialEq, Serialize, Deserialize)]
enum Mood {
    Good,
}

#[session]
struct Shop {
    mood: Mood,
}

fn main() {}
