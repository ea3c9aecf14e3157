//! The tables of the inbox, and their version.

use rusqlite::{Connection, ErrorCode, Result};
use tower_loops::inbox::{StoreError, StoreErrorKind};
use tower_loops_sql::sqlite::inbox::{FOUND_VERSION, SCHEMA, VERSION};

/// Creates what is missing, unless the schema is of another version. Returns the version.
pub(super) fn ensure(connection: &Connection) -> Result<i64> {
    let found = connection.query_row(FOUND_VERSION, [], |row| row.get(0));
    match found {
        Ok(Some(version)) if version != VERSION => return Ok(version),
        // There is no such table yet.
        Err(error) if error.sqlite_error_code() != Some(ErrorCode::Unknown) => return Err(error),
        Ok(_) | Err(_) => connection.execute_batch(SCHEMA)?,
    }
    connection.query_row(FOUND_VERSION, [], |row| row.get(0))
}

pub(super) fn check(version: i64) -> std::result::Result<(), StoreError> {
    if version == VERSION {
        return Ok(());
    }
    let cause = format!("the schema has version {version}, this crate knows version {VERSION}");
    Err(StoreError::new(StoreErrorKind::Misconfigured, cause)
        .with_advice("another version of tower-loops-sqlite has made the inbox: use that version")
        .without_effect())
}
