use session_runtime::session;

#[session(migrate = migrate)]
struct Shop {
    visits: u32,
}

fn migrate(_: &mut session_runtime::Migration) -> Result<(), session_runtime::MigrationError> {
    Ok(())
}

fn main() {}
