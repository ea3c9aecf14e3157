//! MySQL and MariaDB: the table `tower_loops_events`, and each operation of a store.
//!
//! Times are `UTC_TIMESTAMP(6)`, the engine's clock in any time zone. Durations are seconds
//! (any number, `NULL` forever); [`seconds`](crate::seconds) makes them. Keys are bytes, so no
//! collation confuses two of them.
//!
//! Drivers differ in what they count as an affected row: with `CLIENT_FOUND_ROWS`, which sqlx sets,
//! an update counts the rows that it matches. The counts below hold with it; that of [`MARK`] also
//! holds without it.

/// Creates the table where it is missing. For a migration; may be run again.
pub const SCHEMA: &str = "\
CREATE TABLE IF NOT EXISTS tower_loops_events (
    namespace VARBINARY(100) NOT NULL,
    event_id VARBINARY(255) NOT NULL,
    -- Who is handling the event. NULL: it is done.
    token BINARY(16),
    -- When that is over and the row as good as absent, in UTC.
    ends_at DATETIME(6) NOT NULL,
    PRIMARY KEY (namespace, event_id),
    KEY tower_loops_events_ends_at (ends_at)
) ENGINE = InnoDB;
";

/// Whether the session rejects values that do not fit. Without strict mode, MySQL changes them.
pub const IS_STRICT: &str = "SELECT @@SESSION.sql_mode LIKE '%STRICT_TRANS_TABLES%' OR @@SESSION.sql_mode LIKE '%STRICT_ALL_TABLES%'";

/// The time this many seconds from now, forever for NULL. The cast settles the type of the
/// parameter, which engines infer differently.
macro_rules! end {
    () => {
        "COALESCE(UTC_TIMESTAMP(6) + INTERVAL CAST(? AS DECIMAL(20, 6)) SECOND, '9999-12-31 23:59:59.999999')"
    };
}

macro_rules! held {
    () => {
        "namespace = ? AND event_id = ? AND token = ? AND ends_at > UTC_TIMESTAMP(6)"
    };
}

/// Claims a key: binds lease, namespace, id, token. The outcome is the statement's
/// `LAST_INSERT_ID`: 0 claimed, 1 done, else 2 more than the microseconds until the end of the
/// other lease.
///
/// Assignments run from left to right: the second one sees the token that the first one left.
/// `VALUES()` is the only spelling that MariaDB and MySQL share.
pub const CLAIM: &str = concat!(
    "INSERT INTO tower_loops_events (ends_at, namespace, event_id, token) VALUES (",
    end!(),
    ", ?, ?, ?) ON DUPLICATE KEY UPDATE
       token = IF(ends_at <= UTC_TIMESTAMP(6) OR token = VALUES(token), VALUES(token), token),
       ends_at = IF(LAST_INSERT_ID(CASE
           WHEN token = VALUES(token) THEN 0
           WHEN token IS NULL THEN 1
           ELSE 2 + TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), ends_at)
         END) = 0, VALUES(ends_at), ends_at)",
);

/// Renews a lease: binds lease, namespace, id, token. One row matched: it was held.
pub const EXTEND: &str = concat!(
    "UPDATE tower_loops_events SET ends_at = ",
    end!(),
    " WHERE ",
    held!(),
);

/// Completes a key that this token holds: binds retention, namespace, id, token. One row matched:
/// it was held.
pub const COMPLETE_HELD: &str = concat!(
    "UPDATE tower_loops_events SET token = NULL, ends_at = ",
    end!(),
    " WHERE ",
    held!(),
);

/// Completes a key that nobody or another token holds: binds retention, namespace, id.
pub const COMPLETE_LOST: &str = concat!(
    "INSERT INTO tower_loops_events (ends_at, namespace, event_id) VALUES (",
    end!(),
    ", ?, ?) ON DUPLICATE KEY UPDATE token = NULL, ends_at = VALUES(ends_at)",
);

/// Releases a claim: binds namespace, id, token. One row affected: it was held.
pub const RELEASE: &str = concat!("DELETE FROM tower_loops_events WHERE ", held!());

/// Marks an event as processed, in a transaction of your own: binds namespace, id and retention in
/// seconds (`NULL` forever). One row affected: it is fresh. None: it is a duplicate.
///
/// Bind `key.namespace()` and `key.id()` of an `EventKey`, which are bounded: `IGNORE` would cut
/// what is longer than the columns. A mark whose retention has ended counts until it is purged.
pub const MARK: &str = concat!(
    "INSERT IGNORE INTO tower_loops_events (namespace, event_id, ends_at) VALUES (CONCAT('processed:', ?), ?, ",
    end!(),
    ")",
);

/// As [`MARK`], and takes the place of a mark that has expired: binds retention, namespace, id. The
/// outcome is the statement's `LAST_INSERT_ID`: 0 fresh, 1 a duplicate.
///
/// An `UPDATE` after [`MARK`] would ask for more than the shared lock that all duplicates hold, and
/// transactions that mark one event at once would deadlock.
pub const MARK_OVER_EXPIRED: &str = concat!(
    "INSERT INTO tower_loops_events (ends_at, namespace, event_id) VALUES (",
    end!(),
    ", CONCAT('processed:', ?), ?) ON DUPLICATE KEY UPDATE
       ends_at = IF(LAST_INSERT_ID(ends_at > UTC_TIMESTAMP(6)) = 0, VALUES(ends_at), ends_at)",
);

/// Deletes at most `?` expired rows, those that ended first.
pub const PURGE: &str =
    "DELETE FROM tower_loops_events WHERE ends_at <= UTC_TIMESTAMP(6) ORDER BY ends_at LIMIT ?";
