use session_runtime::session;

#[session(version = 1, migrate = migrate)]
struct Shop {
    visits: u32,
}

fn migrate(_: Shop) -> Result<(), session_runtime::MigrationError> {
    Ok(())
}

fn main() {}
