//! The session argument has another name, and no mark.

use session_runtime::{session, with_session};

#[session]
struct Todos {
    items: Vec<String>,
}

#[with_session]
async fn slow_add(todos: &mut Todos) {
    todos.items.push("milk".to_owned());
}

fn main() {}
