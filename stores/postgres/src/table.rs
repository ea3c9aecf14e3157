//! The table of a store: sets its name, and creates it. `tower_loops_sql` has its columns.

use tokio_postgres::types::Type;
use tower_loops::idempotency::StoreError;
use tower_loops_sql::postgres::{Statements, TableName, TableNameError};

use crate::{
    PostgresStore,
    error::{of_pool, of_statement},
};

/// Waits until no other process creates tables.
pub(crate) const LOCK: &str = "SELECT pg_advisory_xact_lock(7308332045218271604)";

impl PostgresStore {
    /// Sets the table: `table` or `schema.table`, as it is written, capitals included. Default:
    /// `tower_loops_events`.
    ///
    /// # Errors
    ///
    /// If a part is empty, longer than 57 bytes, begins with a digit, or contains anything but
    /// ASCII letters, digits and underscores.
    pub fn with_table(mut self, name: &str) -> Result<Self, TableNameError> {
        self.connections.statements = Statements::new(&TableName::parse(name)?).into();
        Ok(self.with_new_batches())
    }

    /// The SQL that creates the table and its index where they are missing, for a migration.
    #[must_use]
    pub fn schema_sql(&self) -> &str {
        &self.connections.statements.schema
    }

    /// Creates the table and its index where they are missing. Any number of processes may call it
    /// at once. The database user needs the right to create tables only if there is none.
    ///
    /// # Errors
    ///
    /// If PostgreSQL cannot be reached, the user may not create tables, or there is another table
    /// of this name.
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        let statements = &self.connections.statements;
        let client = self.connections.pool.get().await.map_err(of_pool)?;
        let created = async {
            let exists = "SELECT to_regclass($1) IS NOT NULL";
            let index = (&statements.qualified_index as _, Type::TEXT);
            let row = client.query_typed_one(exists, &[index]).await?;
            if row.try_get(0)? {
                return Ok(());
            }
            // `IF NOT EXISTS` alone fails where two do it at once. Statements sent together are one
            // transaction.
            let schema = &statements.schema;
            client.batch_execute(&format!("{LOCK};\n{schema}")).await
        };
        created
            .await
            .map_err(|error| of_statement(error, &statements.table))
    }
}
