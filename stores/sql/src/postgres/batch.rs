//! Operations of many events in one statement.
//!
//! `$1` namespaces, `$2` ids and `$3` tokens are arrays of the same length. Statements that wait
//! for each other's keys do so in the order of these arrays, so they should be sorted by key.

/// How long claims wait for a key that another transaction inserts or changes.
const LOCK_TIMEOUT: &str = "100ms";

/// `$4` has the leases. The planner needs a third of the time for it that it needs for a statement
/// that also looks for the others.
pub(super) fn claim_absent(table: &str) -> String {
    format!(
        "INSERT INTO {table} (namespace, event_id, token, done, until) \
         SELECT namespace, event_id, token, false, \
         COALESCE(clock_timestamp() + make_interval(secs => lease), 'infinity') \
         FROM unnest($1::text[], $2::text[], $3::bytea[], $4::float8[]) \
         AS new (namespace, event_id, token, lease) \
         WHERE (SELECT set_config('lock_timeout', '{LOCK_TIMEOUT}', true)) IS NOT NULL \
         ON CONFLICT (namespace, event_id) DO NOTHING RETURNING namespace, event_id, token"
    )
}

/// The subquery keeps the planner from reading the whole table.
pub(super) fn find_taken(table: &str) -> String {
    format!(
        "SELECT position, done, remaining \
         FROM unnest($1::text[], $2::text[], $3::bytea[]) WITH ORDINALITY \
         AS sought (namespace, event_id, token, position) CROSS JOIN LATERAL (\
           SELECT done, extract(epoch FROM until)::float8 \
             - extract(epoch FROM clock_timestamp())::float8 AS remaining \
           FROM {table} AS known WHERE known.namespace = sought.namespace \
           AND known.event_id = sought.event_id AND until > clock_timestamp() \
           AND (done OR known.token <> sought.token) LIMIT 1\
         ) AS taken"
    )
}

/// `$4` is the retention of all. Rows are found by their `ctid`, because a join would let the
/// planner read the whole table.
pub(super) fn complete_held(table: &str, end: &str) -> String {
    format!(
        "UPDATE {table} SET token = NULL, done = true, until = {end}, \
         completed_at = clock_timestamp() WHERE ctid = ANY (ARRAY(\
           SELECT held.ctid FROM unnest($1::text[], $2::text[], $3::bytea[]) \
           AS sought (namespace, event_id, token) CROSS JOIN LATERAL (\
             SELECT known.ctid FROM {table} AS known WHERE known.namespace = sought.namespace \
             AND known.event_id = sought.event_id AND known.token = sought.token \
             AND NOT done AND until > clock_timestamp() FOR UPDATE SKIP LOCKED\
           ) AS held\
         )) RETURNING namespace, event_id"
    )
}
