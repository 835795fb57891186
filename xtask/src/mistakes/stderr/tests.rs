use super::read;

const OURS: &str = "\
error: two fields are stored under the key `visits`
       help: rename one of the two
 --> ui/keys/two_fields.rs:6:24
  |
6 |     #[session(rename = \"visits\")]
  |                        ^^^^^^^^

error: the key `visits` is first used here
 --> ui/keys/two_fields.rs:5:5
  |
5 |     visits: u32,
  |     ^^^^^^
";

const OF_A_BOUND: &str = "\
error[E0277]: `Connection` cannot be stored in a session
 --> ui/bounds/not_storable.rs:8:17
  |
6 | #[session]
  | ---------- in this attribute macro expansion
7 | struct Shop {
8 |     connection: Connection,
  |                 ^^^^^^^^^^ a session field must be `Clone`
  |
help: the trait `SessionField` is not implemented for `Connection`
 --> ui/bounds/not_storable.rs:4:1
  |
4 | struct Connection;
  | ^^^^^^^^^^^^^^^^^
  = note: derive what is missing
  = note: required for `Value<Shop, Connection>` to implement `Access<Shop>`
";

#[test]
fn two_places_are_two_errors_of_which_the_first_helps() {
    let [first, second] = &*read(OURS) else { panic!("two errors") };
    assert_eq!(first.fact, "two fields are stored under the key `visits`");
    assert_eq!(first.help, ["rename one of the two"]);
    assert_eq!(first.code, ["#[session(rename = \"visits\")]", "                   ^^^^^^^^"]);
    assert_eq!((&*second.code[0], second.help.len()), ("visits: u32,", 0));
}

#[test]
fn of_a_bound_the_users_code_and_our_notes_are_kept() {
    let [only] = &*read(OF_A_BOUND) else { panic!("one error") };
    assert_eq!(only.help, ["derive what is missing"]);
    assert_eq!(only.code[0], "#[session]");
    assert_eq!(only.code[3], "                ^^^^^^^^^^ a session field must be `Clone`");
    assert_eq!(only.code.len(), 4);
}
