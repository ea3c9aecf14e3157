//! PostgreSQL: the table, and each operation of a store.
//!
//! Parameters: `$1` namespace and `$2` id of the key, `$3` token, `$4` lease or retention in
//! seconds (`float8`, `NULL` forever). Each statement is one transaction, at READ COMMITTED.
//!
//! Times are `clock_timestamp()`, because `now()` stands still while a statement waits for a lock.

mod batch;
pub mod inbox;
mod schema;
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
    /// Claims a key. Returns one row of two columns: whether the key is done (`NULL`: it is
    /// claimed), and the seconds until its end. No row: others changed the key meanwhile, so
    /// repeat.
    pub claim: String,
    /// Claims a key that has no row, with the same result, but no row if it has one. Without a
    /// prepared statement it costs a third of [`claim`](Self::claim), most of whose cost is the
    /// planning.
    pub claim_absent: String,
    /// Looks for a key that is done or held by others (without `$4`), with the same result.
    pub find_taken: String,
    /// Claims keys that have no row: `$1` to `$4` are arrays, sorted by key. Returns namespace, id
    /// and token of each claimed key. Fails if it waits 100 ms for another transaction.
    pub claim_absent_batch: String,
    /// Looks for keys that are done or held by others: `$1` to `$3` are arrays. Returns positions
    /// (`int8`, from 1), and the columns of [`find_taken`](Self::find_taken).
    pub find_taken_batch: String,
    /// Renews a lease. Returns a row if it was held.
    pub extend: String,
    /// Completes a key. Returns whether this token held it.
    pub complete: String,
    /// Completes a key that this token holds, at less cost. Returns a row if it did.
    pub complete_held: String,
    /// Completes keys, none twice: `$1` to `$3` are arrays, sorted by key. Returns namespace and id
    /// of those that were held and that no other transaction has locked.
    pub complete_held_batch: String,
    /// Releases a claim (without `$4`). Returns a row if it was held.
    pub release: String,
    /// [`MARK`], for this table.
    pub mark: String,
    /// Deletes at most `$1` (`int8`) expired rows. Returns how many.
    pub purge: String,
}

/// Marks an event as processed in the table `tower_loops_events`, in a transaction of your own:
/// `$1` namespace and `$2` id of its key, `$3` retention in seconds (`NULL` forever). One row
/// changed: it is fresh. None: it is a duplicate.
///
/// This statement is stable. Its entries do not meet those of a claim, because no namespace of a
/// key contains a colon.
pub const MARK: &str = "\
WITH key AS (SELECT 'processed:' || $1::text AS namespace, $2::text AS event_id) \
INSERT INTO tower_loops_events AS known (namespace, event_id, done, until, completed_at) \
SELECT key.namespace, key.event_id, true, \
COALESCE(clock_timestamp() + make_interval(secs => $3::float8), 'infinity'), clock_timestamp() \
FROM key WHERE NOT EXISTS (SELECT FROM tower_loops_events AS live \
WHERE live.namespace = key.namespace AND live.event_id = key.event_id \
AND live.until > clock_timestamp()) \
ON CONFLICT (namespace, event_id) DO UPDATE SET until = EXCLUDED.until, \
completed_at = EXCLUDED.completed_at WHERE known.until <= clock_timestamp()";

const END: &str = "COALESCE(clock_timestamp() + make_interval(secs => $4::float8), 'infinity')";
const HELD: &str =
    "namespace = $1 AND event_id = $2 AND token = $3 AND NOT done AND until > clock_timestamp()";

impl Statements {
    /// The statements for this table.
    #[must_use]
    pub fn new(name: &TableName) -> Self {
        let table = name.quoted();
        let complete_held = format!(
            "UPDATE {table} SET token = NULL, done = true, until = {END}, \
             completed_at = clock_timestamp() WHERE {HELD} RETURNING 1"
        );
        let find_taken = format!(
            "SELECT done, extract(epoch FROM until)::float8 \
               - extract(epoch FROM clock_timestamp())::float8 AS remaining \
             FROM {table} WHERE namespace = $1 AND event_id = $2 \
             AND until > clock_timestamp() AND (done OR token <> $3)"
        );
        Self {
            schema: schema::schema(&table, &name.index()),
            claim_absent: format!(
                "INSERT INTO {table} (namespace, event_id, token, done, until) \
                 VALUES ($1, $2, $3, false, {END}) \
                 ON CONFLICT (namespace, event_id) DO NOTHING \
                 RETURNING NULL::boolean, 0::float8"
            ),
            // `ON CONFLICT DO UPDATE` locks the row even where it changes nothing, so a duplicate
            // must not get there.
            claim: format!(
                "WITH taken AS ({find_taken}), claimed AS (\
                   INSERT INTO {table} AS known (namespace, event_id, token, done, until) \
                   SELECT $1::text, $2::text, $3::bytea, false, {END} \
                   WHERE NOT EXISTS (SELECT FROM taken) \
                   ON CONFLICT (namespace, event_id) DO UPDATE SET token = EXCLUDED.token, \
                   done = false, until = EXCLUDED.until, claimed_at = clock_timestamp(), \
                   completed_at = NULL WHERE known.until <= clock_timestamp() \
                   OR (known.token = EXCLUDED.token AND NOT known.done) RETURNING 1\
                 ) SELECT NULL::boolean, 0::float8 FROM claimed \
                 UNION ALL SELECT done, remaining FROM taken"
            ),
            find_taken,
            claim_absent_batch: batch::claim_absent(&table),
            find_taken_batch: batch::find_taken(&table),
            extend: format!("UPDATE {table} SET until = {END} WHERE {HELD} RETURNING 1"),
            complete: format!(
                "WITH held AS ({complete_held}), lost AS (\
                   INSERT INTO {table} (namespace, event_id, done, until, completed_at) \
                   SELECT $1::text, $2::text, true, {END}, clock_timestamp() \
                   WHERE NOT EXISTS (SELECT FROM held) \
                   ON CONFLICT (namespace, event_id) DO UPDATE SET token = NULL, done = true, \
                   until = EXCLUDED.until, completed_at = EXCLUDED.completed_at\
                 ) SELECT EXISTS (SELECT FROM held)"
            ),
            complete_held,
            complete_held_batch: batch::complete_held(&table, END),
            release: format!("DELETE FROM {table} WHERE {HELD} RETURNING 1"),
            mark: MARK.replace("tower_loops_events", &table),
            // `now()` can be looked up in the index, `clock_timestamp()` cannot.
            purge: format!(
                "WITH purged AS (\
                   DELETE FROM {table} WHERE ctid = ANY (ARRAY(SELECT ctid FROM {table} \
                   WHERE until <= now() ORDER BY until LIMIT $1 FOR UPDATE SKIP LOCKED)) \
                   RETURNING 1\
                 ) SELECT count(*) FROM purged"
            ),
            qualified_index: name.qualified_index(),
            table,
        }
    }
}
