//! The SQL, for one table.
//!
//! `$1` and `$2` are the key, `$3` is the token, and the last parameter is a time in seconds, `NULL` for no end.
//! `clock_timestamp()` is the time of each statement's own moment: `now()` stands still while a statement waits for a lock.

use crate::table::TableName;

#[derive(Debug)]
pub(crate) struct Statements {
    pub(crate) table: String,
    pub(crate) qualified_index: String,
    pub(crate) schema: String,
    pub(crate) insert_held: String,
    pub(crate) look_up: String,
    pub(crate) take_over: String,
    pub(crate) extend: String,
    pub(crate) complete_held: String,
    pub(crate) complete: String,
    pub(crate) release: String,
    pub(crate) mark: String,
    pub(crate) purge: String,
}

const END: &str =
    "COALESCE(clock_timestamp() + make_interval(secs => $4), 'infinity'::timestamptz)";
const KEY: &str = "namespace = $1 AND event_id = $2";
const HELD: &str =
    "namespace = $1 AND event_id = $2 AND token = $3 AND NOT done AND until > clock_timestamp()";

impl Statements {
    pub(crate) fn new(name: &TableName) -> Self {
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
            mark: format!(
                "INSERT INTO {table} AS known (namespace, event_id, done, until, completed_at) \
                 VALUES ($1, $2, true, {end_without_token}, clock_timestamp()) \
                 ON CONFLICT (namespace, event_id) DO UPDATE SET until = EXCLUDED.until, \
                 completed_at = EXCLUDED.completed_at WHERE known.until <= clock_timestamp()"
            ),
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
