//! PostgreSQL: the table, and each operation of a store.
//!
//! `$1` and `$2` are the key, `$3` is the token, and the last parameter is a time in seconds, `NULL` for no end.
//! `clock_timestamp()` is the time of each statement's own moment: `now()` stands still while a statement waits for a lock.

mod table_name;

pub use table_name::{TableName, TableNameError};

/// The statements for one table.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Statements {
    /// The table, quoted.
    pub table: String,
    /// The index on the ends of the entries, quoted, with its schema.
    pub qualified_index: String,
    /// Creates the table and its index where they are missing.
    pub schema: String,
    /// Claims an absent key. One row changed: it is claimed.
    pub insert_held: String,
    /// Whether a key is done, whether it may be taken over, and the seconds until its end.
    pub look_up: String,
    /// Claims a key that has expired, or that the same token holds.
    pub take_over: String,
    /// Renews a lease. One row changed: it was held.
    pub extend: String,
    /// Completes a key that this token holds.
    pub complete_held: String,
    /// Completes a key that nobody or another token holds (no token among the parameters).
    pub complete: String,
    /// Releases a claim. One row changed: it was held.
    pub release: String,
    /// [`MARK`], for this table.
    pub mark: String,
    /// Deletes at most `$1` expired rows.
    pub purge: String,
}

/// Marks an event as processed in the table `tower_loops_events`: `$1` namespace, `$2` id, `$3`
/// retention in seconds (`float8`, `NULL` forever). One row changed: it is fresh.
pub const MARK: &str = "\
INSERT INTO tower_loops_events AS known (namespace, event_id, done, until, completed_at) \
VALUES ($1, $2, true, COALESCE(clock_timestamp() + make_interval(secs => $3), 'infinity'::timestamptz), clock_timestamp()) \
ON CONFLICT (namespace, event_id) DO UPDATE SET until = EXCLUDED.until, completed_at = EXCLUDED.completed_at \
WHERE known.until <= clock_timestamp()";

const END: &str =
    "COALESCE(clock_timestamp() + make_interval(secs => $4), 'infinity'::timestamptz)";
const KEY: &str = "namespace = $1 AND event_id = $2";
const HELD: &str =
    "namespace = $1 AND event_id = $2 AND token = $3 AND NOT done AND until > clock_timestamp()";

impl Statements {
    /// The statements for this table.
    #[must_use]
    pub fn new(name: &TableName) -> Self {
        let table = name.quoted();
        let index = name.index();
        let end_without_token = END.replace("$4", "$3");
        Self {
            schema: schema(&table, &index),
            insert_held: format!(
                "INSERT INTO {table} (namespace, event_id, token, done, until) \
                 VALUES ($1, $2, $3, false, {END}) ON CONFLICT (namespace, event_id) DO NOTHING"
            ),
            look_up: format!(
                "SELECT done, until <= clock_timestamp() OR (token = $3 AND NOT done), \
                 extract(epoch FROM until)::float8 - extract(epoch FROM clock_timestamp())::float8 \
                 FROM {table} WHERE {KEY}"
            ),
            take_over: format!(
                "UPDATE {table} SET token = $3, done = false, until = {END}, claimed_at = clock_timestamp(), \
                 completed_at = NULL \
                 WHERE {KEY} AND (until <= clock_timestamp() OR (token = $3 AND NOT done))"
            ),
            extend: format!("UPDATE {table} SET until = {END} WHERE {HELD}"),
            complete_held: format!(
                "UPDATE {table} SET token = NULL, done = true, until = {END}, completed_at = clock_timestamp() WHERE {HELD}"
            ),
            complete: format!(
                "INSERT INTO {table} (namespace, event_id, done, until, completed_at) \
                 VALUES ($1, $2, true, {end_without_token}, clock_timestamp()) \
                 ON CONFLICT (namespace, event_id) DO UPDATE SET token = NULL, done = true, \
                 until = EXCLUDED.until, completed_at = EXCLUDED.completed_at"
            ),
            release: format!("DELETE FROM {table} WHERE {HELD}"),
            mark: MARK.replacen("tower_loops_events", &table, 1),
            // `now()` can be looked up in the index, `clock_timestamp()` cannot.
            purge: format!(
                "DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} \
                 WHERE until <= now() ORDER BY until LIMIT $1 FOR UPDATE SKIP LOCKED))"
            ),
            qualified_index: name.qualified_index(),
            table,
        }
    }
}

fn schema(table: &str, index: &str) -> String {
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (
    namespace    text COLLATE \"C\" NOT NULL,
    event_id     text COLLATE \"C\" NOT NULL,
    token        bytea,
    done         boolean NOT NULL,
    until        timestamptz NOT NULL,
    claimed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    completed_at timestamptz,
    PRIMARY KEY (namespace, event_id)
);
CREATE INDEX IF NOT EXISTS {index} ON {table} (until);
"
    )
}
