//! The table of a store and its index.

pub(super) fn schema(table: &str, index: &str) -> String {
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
