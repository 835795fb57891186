//! S15, S16, S17, T42: a migration writes owners in another form, and so another index is theirs.

#[path = "migrating/world.rs"]
mod world;

#[path = "migrating/meeting.rs"]
mod meeting;
#[path = "migrating/moving.rs"]
mod moving;
#[path = "migrating/touching.rs"]
mod touching;
#[path = "migrating/waiting.rs"]
mod waiting;
