use serde::{Deserialize, Serialize};
use session_runtime::session;

#[session]
#[derive(Serialize, Deserialize)]
struct Shop {
    #[serde(default)]
    visits: u32,
}

fn main() {}
