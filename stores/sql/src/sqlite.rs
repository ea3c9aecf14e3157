//! SQLite: the table `tower_loops_events`, and each operation of a store.
//!
//! Times are milliseconds since 1970 by the engine's clock.

/// Creates the table and its index where they are missing. For a migration; may be run again.
// The rows of a table with rowids are in the order of their claims. So a completion writes to pages
// that were written just now, where WITHOUT ROWID spreads it over the whole table.
pub const SCHEMA: &str = "\
CREATE TABLE IF NOT EXISTS tower_loops_events (
    namespace TEXT NOT NULL,
    event_id TEXT NOT NULL,
    -- Who is handling the event. NULL: it is done.
    token BLOB,
    -- When that is over and the row as good as absent, in milliseconds since 1970.
    ends_at INTEGER NOT NULL,
    PRIMARY KEY (namespace, event_id)
) STRICT;

CREATE INDEX IF NOT EXISTS tower_loops_events_ends_at ON tower_loops_events (ends_at);
";

/// The engine's clock, in milliseconds since 1970.
macro_rules! now {
    () => {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    };
}

/// The time this many milliseconds from now, at most the last millisecond of the year 9999.
macro_rules! after {
    ($millis:literal) => {
        concat!("min(", now!(), " + ", $millis, ", 253402300799999)")
    };
}

// The macros above are its, too.
pub mod inbox;

/// Claims a key: `?1` namespace, `?2` id, `?3` token, `?4` lease in milliseconds. One row changed:
/// it is claimed.
pub const CLAIM: &str = concat!(
    "INSERT INTO tower_loops_events (namespace, event_id, token, ends_at) VALUES (?1, ?2, ?3, ",
    after!("?4"),
    ") ON CONFLICT (namespace, event_id) DO UPDATE SET token = excluded.token, ends_at = excluded.ends_at
       WHERE ends_at <= ",
    now!(),
    " OR token = excluded.token",
);

/// What keeps a claim from a key: `?1` namespace, `?2` id, `?3` token. Returns whether the key is
/// done, and the milliseconds until its end. No row: [`CLAIM`] takes the key.
pub const TAKEN: &str = concat!(
    "SELECT token IS NULL, ends_at - ",
    now!(),
    " FROM tower_loops_events WHERE namespace = ?1 AND event_id = ?2 AND token IS NOT ?3 AND ends_at > ",
    now!(),
);

/// Renews a lease: parameters as those of [`CLAIM`]. One row changed: it was held.
pub const EXTEND: &str = concat!(
    "UPDATE tower_loops_events SET ends_at = ",
    after!("?4"),
    " WHERE namespace = ?1 AND event_id = ?2 AND token = ?3 AND ends_at > ",
    now!(),
);

/// Completes a key that a token holds: `?1` namespace, `?2` id, `?3` token, `?4` retention in
/// milliseconds.
pub const COMPLETE_HELD: &str = concat!(
    "UPDATE tower_loops_events SET token = NULL, ends_at = ",
    after!("?4"),
    " WHERE namespace = ?1 AND event_id = ?2 AND token = ?3 AND ends_at > ",
    now!(),
);

/// Completes a key that is free or that another token holds: `?1` namespace, `?2` id, `?3`
/// retention in milliseconds.
pub const COMPLETE_LOST: &str = concat!(
    "INSERT INTO tower_loops_events (namespace, event_id, token, ends_at) VALUES (?1, ?2, NULL, ",
    after!("?3"),
    ") ON CONFLICT (namespace, event_id) DO UPDATE SET token = NULL, ends_at = excluded.ends_at",
);

/// Releases a claim: `?1` namespace, `?2` id, `?3` token. One row changed: it was held.
pub const RELEASE: &str = concat!(
    "DELETE FROM tower_loops_events WHERE namespace = ?1 AND event_id = ?2 AND token = ?3 AND ends_at > ",
    now!(),
);

/// Marks an event as processed: `?1` namespace and `?2` id of its key, `?3` retention in seconds or
/// NULL for forever. One row changed: it is fresh. None: it is a duplicate.
///
/// This statement is stable. Its entries do not meet those of a claim, because no namespace of a
/// key contains a colon.
pub const MARK: &str = concat!(
    "INSERT INTO tower_loops_events (namespace, event_id, token, ends_at)
       VALUES ('processed:' || ?1, ?2, NULL, CAST(",
    after!("coalesce(?3, 253402300800) * 1000"),
    " AS INTEGER)) ON CONFLICT (namespace, event_id) DO UPDATE SET token = NULL, ends_at = excluded.ends_at
       WHERE ends_at <= ",
    now!(),
);

/// Deletes at most `?1` expired rows, those that ended first.
pub const PURGE: &str = concat!(
    "DELETE FROM tower_loops_events WHERE (namespace, event_id) IN
       (SELECT namespace, event_id FROM tower_loops_events WHERE ends_at <= ",
    now!(),
    " ORDER BY ends_at LIMIT ?1)",
);
