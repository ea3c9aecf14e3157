//! The tables of the inbox, and their version.

use tokio_postgres::types::Type;
use tower_loops::inbox::{StoreError, StoreErrorKind};
use tower_loops_sql::postgres::inbox::{FOUND_VERSION, SCHEMA, VERSION, VERSION_TABLE};

use crate::{
    error::{of_pool, of_statement},
    inbox::PostgresInbox,
    table::LOCK,
};

impl PostgresInbox {
    /// Creates the tables and indexes where they are missing: runs
    /// [`INBOX_SCHEMA`](crate::INBOX_SCHEMA). Any number of processes may call it at once. The
    /// database user needs the right to create tables only if there are none.
    ///
    /// # Errors
    ///
    /// [`Misconfigured`](StoreErrorKind::Misconfigured) if another version of this crate has made
    /// the tables, or the user may not create them; others if PostgreSQL cannot be reached.
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        let client = self.connections.pool.get().await.map_err(of_pool)?;
        let version = async {
            let exists = "SELECT to_regclass($1) IS NOT NULL";
            let table = (&VERSION_TABLE as _, Type::TEXT);
            let exists = client.query_typed_one(exists, &[table]).await?;
            if !exists.try_get(0)? {
                // Statements sent together are one transaction.
                client.batch_execute(&format!("{LOCK};\n{SCHEMA}")).await?;
            }
            let version = client.query_typed_one(FOUND_VERSION, &[]).await?;
            version.try_get::<_, Option<i32>>(0)
        };
        let version = version.await;
        match version.map_err(|error| of_statement(error, &self.connections.statements.table))? {
            Some(VERSION) => Ok(()),
            version => Err(unknown_version(version)),
        }
    }
}

fn unknown_version(version: Option<i32>) -> StoreError {
    let version = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
    let cause = format!("the schema has version {version}, this crate knows version {VERSION}");
    StoreError::new(StoreErrorKind::Misconfigured, cause)
        .with_advice("another version of tower-loops-postgres has made the inbox: use that version")
        .without_effect()
}
