//! The table `tower_loops_inbox`, and each operation of an inbox.
//!
//! A row is `pending` (waiting, or running under a token), `handled`, `purged` (handled, without
//! its payload) or `dead`. `due_at` is when its next step is due: a take, while it runs the end of
//! its lease; the purge of its payload; its deletion. Of a dead row it is when it died. New rows
//! are due since a day, so that a clock that is set back does not delay them, and that a take tells
//! them from those whose pause or lease has ended.

/// The version of the schema that these statements are for.
pub const VERSION: i64 = 1;

/// Creates the tables and indexes where they are missing. For a migration; may be run again.
pub const SCHEMA: &str = "\
CREATE TABLE IF NOT EXISTS tower_loops_inbox (
    namespace TEXT NOT NULL
        CHECK (length(namespace) BETWEEN 1 AND 71 AND namespace NOT GLOB '*[^!-9;-~]*'),
    event_id TEXT NOT NULL
        CHECK (length(event_id) BETWEEN 1 AND 255 AND event_id NOT GLOB '*[^!-~]*'),
    state TEXT NOT NULL CHECK (state IN ('pending', 'handled', 'purged', 'dead')),
    -- When the next step is due; dead: since when. All times are milliseconds since 1970.
    due_at INTEGER NOT NULL,
    -- Who has taken the event.
    token BLOB,
    attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_error TEXT,
    accepted_at INTEGER NOT NULL,
    received_at INTEGER NOT NULL,
    signed_at INTEGER NOT NULL,
    secret_index INTEGER NOT NULL,
    payload BLOB,
    UNIQUE (namespace, event_id)
) STRICT;

-- The counts read no more than this.
CREATE INDEX IF NOT EXISTS tower_loops_inbox_due
    ON tower_loops_inbox (state, due_at, token, accepted_at);

CREATE INDEX IF NOT EXISTS tower_loops_inbox_token ON tower_loops_inbox (token)
    WHERE state = 'pending' AND token IS NOT NULL;

CREATE TABLE IF NOT EXISTS tower_loops_inbox_schema (version INTEGER NOT NULL) STRICT;

INSERT INTO tower_loops_inbox_schema
    SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM tower_loops_inbox_schema);
";

/// The version of the schema that the database has.
pub const FOUND_VERSION: &str = "SELECT max(version) FROM tower_loops_inbox_schema";

/// When new rows are due: since a day.
macro_rules! at_once {
    () => {
        concat!(now!(), " - 86400000")
    };
}

/// Whether the row is as good as absent.
macro_rules! forgotten {
    () => {
        concat!("state = 'purged' AND due_at <= ", now!())
    };
}

macro_rules! held {
    () => {
        "namespace = ?1 AND event_id = ?2 AND token = ?3 AND state = 'pending'"
    };
}

/// Stores an event: `?1` namespace, `?2` id, `?3` received at and `?4` signed at in milliseconds
/// since 1970, `?5` index of the secret, `?6` payload. One row changed: it is new.
pub const ACCEPT: &str = concat!(
    "INSERT INTO tower_loops_inbox (namespace, event_id, state, due_at, accepted_at, received_at, signed_at, secret_index, payload)
       VALUES (?1, ?2, 'pending', ",
    at_once!(),
    ", ",
    now!(),
    ", ?3, ?4, ?5, ?6) ON CONFLICT (namespace, event_id) DO UPDATE SET state = excluded.state,
       due_at = excluded.due_at, token = NULL, attempts = 0, last_error = NULL,
       accepted_at = excluded.accepted_at, received_at = excluded.received_at,
       signed_at = excluded.signed_at, secret_index = excluded.secret_index, payload = excluded.payload
       WHERE ",
    forgotten!(),
);

/// Whether [`ACCEPT`] would change nothing: `?1` namespace, `?2` id.
pub const IS_KNOWN: &str = concat!(
    "SELECT EXISTS (SELECT 1 FROM tower_loops_inbox WHERE namespace = ?1 AND event_id = ?2 AND NOT (",
    forgotten!(),
    "))",
);

/// Whether [`TAKE`] would take anything: `?1` token.
pub const IS_DUE: &str = concat!(
    "SELECT EXISTS (SELECT 1 FROM tower_loops_inbox WHERE state = 'pending' AND due_at <= ",
    now!(),
    ") OR EXISTS (SELECT 1 FROM tower_loops_inbox WHERE state = 'pending' AND token = ?1)",
);

/// Takes events: `?1` token, `?2` limit, `?3` lease in milliseconds, `?4` how many of them may be
/// events whose pause or lease has ended, while there are new ones. Returns the rowid, namespace,
/// id, attempts, last error, accepted, received and signed at, index of the secret, payload.
///
/// Half a day is as far as can be from both kinds, so that a clock may jump.
pub const TAKE: &str = concat!(
    "WITH repeated AS MATERIALIZED (
         SELECT rowid AS id FROM tower_loops_inbox WHERE state = 'pending' AND due_at <= ",
    now!(),
    " AND due_at > ",
    now!(),
    " - 43200000 AND token IS NOT ?1 ORDER BY due_at, rowid LIMIT ?4)
       UPDATE tower_loops_inbox SET attempts = min(attempts, 1000000) + (token IS NOT ?1), token = ?1, due_at = ",
    after!("?3"),
    " WHERE rowid IN (SELECT id FROM (
         SELECT * FROM (SELECT rowid AS id FROM tower_loops_inbox WHERE state = 'pending' AND token = ?1)
         UNION ALL
         SELECT id FROM repeated
         UNION ALL
         SELECT * FROM (SELECT rowid AS id FROM tower_loops_inbox WHERE state = 'pending' AND due_at <= ",
    now!(),
    " AND token IS NOT ?1 AND rowid NOT IN (SELECT id FROM repeated) ORDER BY due_at, rowid LIMIT ?2)
       ) LIMIT ?2)
       RETURNING rowid, namespace, event_id, attempts, last_error, accepted_at, received_at, signed_at, secret_index, payload",
);

/// Makes dead a row whose namespace and id are not those of a key: `?1` rowid, `?2` error.
pub const BURY: &str = concat!(
    "UPDATE tower_loops_inbox SET state = 'dead', token = NULL, due_at = ",
    now!(),
    ", last_error = ?2 WHERE rowid = ?1",
);

/// Renews a lease: `?1` namespace, `?2` id, `?3` token, `?4` lease in milliseconds. One row
/// changed: it was held.
pub const EXTEND: &str = concat!(
    "UPDATE tower_loops_inbox SET due_at = ",
    after!("?4"),
    " WHERE ",
    held!(),
);

/// Records a success: `?1` namespace, `?2` id, `?3` token. Returns whether this token held the
/// event.
pub const DONE: &str = concat!(
    "UPDATE tower_loops_inbox SET state = 'handled', due_at = iif(state = 'handled', due_at, ",
    now!(),
    ") WHERE namespace = ?1 AND event_id = ?2 AND state <> 'purged' RETURNING token IS ?3",
);

/// Makes an event wait: `?1` namespace, `?2` id, `?3` token, `?4` pause in milliseconds, `?5`
/// error. One row changed: it was held.
pub const RETRY: &str = concat!(
    "UPDATE tower_loops_inbox SET token = NULL, due_at = ",
    after!("?4"),
    ", last_error = ?5 WHERE ",
    held!(),
);

/// Makes an event wait that no handler got: `?1` namespace, `?2` id, `?3` token. One row changed:
/// it was held.
pub const RELEASE: &str = concat!(
    "UPDATE tower_loops_inbox SET token = NULL, attempts = max(attempts - 1, 0), due_at = ",
    now!(),
    " WHERE ",
    held!(),
);

/// Makes an event dead: `?1` namespace, `?2` id, `?3` token, `?4` error. One row changed: it was
/// held.
pub const DEAD: &str = concat!(
    "UPDATE tower_loops_inbox SET state = 'dead', token = NULL, due_at = ",
    now!(),
    ", last_error = ?4 WHERE ",
    held!(),
);

/// Makes a dead event wait again: `?1` namespace, `?2` id.
pub const REDRIVE: &str = concat!(
    "UPDATE tower_loops_inbox SET state = 'pending', attempts = 0, due_at = ",
    at_once!(),
    " WHERE namespace = ?1 AND event_id = ?2 AND state = 'dead'",
);

/// Makes all dead events wait again.
pub const REDRIVE_ALL: &str = concat!(
    "UPDATE tower_loops_inbox SET state = 'pending', attempts = 0, due_at = ",
    at_once!(),
    " WHERE state = 'dead'",
);

/// Returns the numbers of waiting, running and dead events, and the age of the oldest waiting one
/// in milliseconds.
pub const COUNTS: &str = concat!(
    "SELECT count(*) FILTER (WHERE token IS NULL OR due_at <= ",
    now!(),
    "), count(*) FILTER (WHERE token IS NOT NULL AND due_at > ",
    now!(),
    "), (SELECT count(*) FROM tower_loops_inbox WHERE state = 'dead'), ",
    now!(),
    " - min(accepted_at) FILTER (WHERE token IS NULL OR due_at <= ",
    now!(),
    ") FROM tower_loops_inbox WHERE state = 'pending'",
);

/// The dead events that died last, at most `?1`: columns as those of [`TAKE`], and when it died.
pub const LIST_DEAD: &str = "\
SELECT rowid, namespace, event_id, attempts, last_error, accepted_at, received_at, signed_at, secret_index, payload, due_at
  FROM tower_loops_inbox WHERE state = 'dead' ORDER BY due_at DESC LIMIT ?1";

/// Drops the payloads of at most `?1` handled events, and keeps their keys for `?2` milliseconds
/// after they were handled.
pub const PURGE_PAYLOADS: &str = concat!(
    "UPDATE tower_loops_inbox SET state = 'purged', payload = NULL, token = NULL, last_error = NULL,
       due_at = min(due_at + ?2, 253402300799999) WHERE rowid IN
       (SELECT rowid FROM tower_loops_inbox WHERE state = 'handled' AND due_at <= ",
    now!(),
    " ORDER BY due_at LIMIT ?1)",
);

/// Deletes at most `?1` keys whose retention is over.
pub const PURGE_KEYS: &str = concat!(
    "DELETE FROM tower_loops_inbox WHERE rowid IN (SELECT rowid FROM tower_loops_inbox WHERE ",
    forgotten!(),
    " ORDER BY due_at LIMIT ?1)",
);
