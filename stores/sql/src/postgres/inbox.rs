//! The table `tower_loops_inbox`, and each operation of an inbox.
//!
//! A row is `pending` (waiting, or running under a token), `handled`, `purged` (handled, without
//! its payload) or `dead`. `due_at` is when its next step is due: a take, while it runs the end of
//! its lease; the purge of its payload; its deletion. Of a dead row it is when it died. New rows
//! are due since a day, so that a clock that is set back does not delay them, and that a take tells
//! them from those whose pause or lease has ended.
//!
//! Parameters: `$1` namespace and `$2` id of the key, `$3` token, where nothing else is said. Times
//! are seconds (`float8`, `NULL` forever). What is compared with an index is compared with `now()`,
//! which can be looked up there.

/// The version of the schema that these statements are for.
pub const VERSION: i32 = 1;

/// Creates the tables and indexes where they are missing. For a migration; may be run again.
pub const SCHEMA: &str = "\
CREATE TABLE IF NOT EXISTS tower_loops_inbox (
    namespace    text COLLATE \"C\" NOT NULL CHECK (length(namespace) BETWEEN 1 AND 71),
    event_id     text COLLATE \"C\" NOT NULL CHECK (length(event_id) BETWEEN 1 AND 255),
    state        text NOT NULL CHECK (state IN ('pending', 'handled', 'purged', 'dead')),
    due_at       timestamptz NOT NULL,
    token        bytea,
    attempts     integer NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    last_error   text,
    accepted_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    received_at  timestamptz NOT NULL,
    signed_at    timestamptz NOT NULL,
    secret_index integer NOT NULL,
    payload      bytea,
    CHECK (isfinite(accepted_at) AND isfinite(received_at) AND isfinite(signed_at)),
    PRIMARY KEY (namespace, event_id)
);
CREATE INDEX IF NOT EXISTS tower_loops_inbox_due ON tower_loops_inbox (state, due_at);
CREATE INDEX IF NOT EXISTS tower_loops_inbox_token ON tower_loops_inbox (token)
    WHERE state = 'pending' AND token IS NOT NULL;
CREATE TABLE IF NOT EXISTS tower_loops_inbox_schema (version integer NOT NULL);
INSERT INTO tower_loops_inbox_schema
    SELECT 1 WHERE NOT EXISTS (SELECT FROM tower_loops_inbox_schema);
";

/// The table whose rows tell the version of the schema.
pub const VERSION_TABLE: &str = "tower_loops_inbox_schema";

/// The version of the schema that the database has.
pub const FOUND_VERSION: &str = "SELECT max(version) FROM tower_loops_inbox_schema";

/// The channel on which processes tell each other of new events.
pub const CHANNEL: &str = "tower_loops_inbox";

macro_rules! at_once {
    () => {
        "clock_timestamp() - interval '1 day'"
    };
}

/// The time this many seconds from now.
macro_rules! after {
    ($seconds:literal) => {
        concat!(
            "COALESCE(clock_timestamp() + make_interval(secs => ",
            $seconds,
            "::float8), 'infinity')"
        )
    };
}

macro_rules! held {
    () => {
        "namespace = $1 AND event_id = $2 AND token = $3 AND state = 'pending'"
    };
}

/// Stores events. The parameters are arrays of the same length: `$1` namespaces, `$2` ids, `$3`
/// received at, `$4` signed at, `$5` indexes of the secret, `$6` payloads. No key may be there
/// twice; sorted keys keep two statements from waiting for each other. Returns namespace and id of
/// those that are new.
///
/// `ON CONFLICT DO UPDATE` locks a row even where it changes nothing. If another transaction had
/// locked that row, all events of the statement would wait. So a known event must not get there.
pub const ACCEPT: &str = concat!(
    "INSERT INTO tower_loops_inbox AS known (namespace, event_id, state, due_at, received_at, \
     signed_at, secret_index, payload) SELECT namespace, event_id, 'pending', ",
    at_once!(),
    ", received_at, signed_at, secret_index, payload \
     FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::timestamptz[], $5::int4[], $6::bytea[]) \
     AS new (namespace, event_id, received_at, signed_at, secret_index, payload) \
     WHERE (SELECT kept.state <> 'purged' OR kept.due_at > clock_timestamp() \
       FROM tower_loops_inbox AS kept \
       WHERE kept.namespace = new.namespace AND kept.event_id = new.event_id) IS NOT TRUE \
     ON CONFLICT (namespace, event_id) DO UPDATE SET state = EXCLUDED.state, \
     due_at = EXCLUDED.due_at, token = NULL, attempts = 0, last_error = NULL, \
     accepted_at = clock_timestamp(), received_at = EXCLUDED.received_at, \
     signed_at = EXCLUDED.signed_at, secret_index = EXCLUDED.secret_index, \
     payload = EXCLUDED.payload WHERE known.state = 'purged' AND known.due_at <= clock_timestamp() \
     RETURNING namespace, event_id",
);

/// Takes events: `$1` token, `$2` limit (`int8`), `$3` lease, `$4` how many of them may be events
/// whose pause or lease has ended, while there are new ones (`int8`). Returns namespace, id,
/// attempts, last error, accepted, received and signed at, index of the secret, payload.
///
/// Half a day is as far as can be from both kinds, so that a clock may jump.
pub const TAKE: &str = concat!(
    "WITH held AS (\
       SELECT ctid FROM tower_loops_inbox WHERE state = 'pending' AND token = $1 LIMIT $2\
     ), repeated AS (\
       SELECT ctid FROM tower_loops_inbox WHERE state = 'pending' AND due_at <= now() \
       AND due_at > now() - interval '12 hours' AND token IS DISTINCT FROM $1 ORDER BY due_at \
       LIMIT LEAST($4, $2 - (SELECT count(*) FROM held)) FOR UPDATE SKIP LOCKED\
     ), due AS (\
       SELECT ctid FROM tower_loops_inbox \
       WHERE state = 'pending' AND due_at <= now() AND token IS DISTINCT FROM $1 \
       AND ctid <> ALL (ARRAY(SELECT ctid FROM repeated)) ORDER BY due_at \
       LIMIT $2 - (SELECT count(*) FROM held) - (SELECT count(*) FROM repeated) \
       FOR UPDATE SKIP LOCKED\
     ), taken AS (\
       UPDATE tower_loops_inbox SET attempts = LEAST(attempts, 1000000) + (token IS DISTINCT FROM $1)::integer, \
       token = $1, due_at = ",
    after!("$3"),
    " WHERE ctid = ANY (ARRAY(SELECT ctid FROM held UNION ALL SELECT ctid FROM repeated \
       UNION ALL SELECT ctid FROM due)) \
       AND state = 'pending' AND (token = $1 OR due_at <= now()) RETURNING *\
     ) SELECT namespace, event_id, attempts, last_error, accepted_at, received_at, signed_at, \
     secret_index, payload FROM taken ORDER BY accepted_at",
);

/// Makes dead the rows that a token holds and whose namespace and id are not those of a key: `$1`
/// token, `$2` error.
pub const BURY: &str = "\
UPDATE tower_loops_inbox SET state = 'dead', token = NULL, due_at = clock_timestamp(), \
last_error = $2 WHERE token = $1 AND state = 'pending' \
AND NOT (namespace ~ '^[!-9;-~]{1,71}$' AND event_id ~ '^[!-~]{1,255}$')";

/// Renews a lease: `$4` lease. Returns a row if it was held.
pub const EXTEND: &str = concat!(
    "UPDATE tower_loops_inbox SET due_at = ",
    after!("$4"),
    " WHERE ",
    held!(),
    " RETURNING 1",
);

/// Records a success. Returns whether this token held the event.
pub const DONE: &str = "\
UPDATE tower_loops_inbox SET state = 'handled', \
due_at = CASE state WHEN 'handled' THEN due_at ELSE clock_timestamp() END \
WHERE namespace = $1 AND event_id = $2 AND state <> 'purged' \
RETURNING token IS NOT DISTINCT FROM $3::bytea";

/// Makes an event wait: `$4` pause, `$5` error. Returns a row if it was held.
pub const RETRY: &str = concat!(
    "UPDATE tower_loops_inbox SET token = NULL, due_at = ",
    after!("$4"),
    ", last_error = $5 WHERE ",
    held!(),
    " RETURNING 1",
);

/// Makes an event wait that no handler got. Returns a row if it was held.
pub const RELEASE: &str = concat!(
    "UPDATE tower_loops_inbox SET token = NULL, attempts = GREATEST(attempts - 1, 0), \
     due_at = clock_timestamp() WHERE ",
    held!(),
    " RETURNING 1",
);

/// Makes an event dead: `$4` error. Returns a row if it was held.
pub const DEAD: &str = concat!(
    "UPDATE tower_loops_inbox SET state = 'dead', token = NULL, due_at = clock_timestamp(), \
     last_error = $4 WHERE ",
    held!(),
    " RETURNING 1",
);

/// Makes dead events wait again: that of `$1` and `$2`, or all where they are `NULL`. Returns how
/// many.
pub const REDRIVE: &str = concat!(
    "WITH redriven AS (UPDATE tower_loops_inbox SET state = 'pending', attempts = 0, due_at = ",
    at_once!(),
    " WHERE state = 'dead' AND ($1::text IS NULL OR (namespace = $1 AND event_id = $2::text)) \
     RETURNING 1) SELECT count(*) FROM redriven",
);

/// Returns the numbers of waiting, running and dead events, and the age of the oldest waiting one
/// in seconds.
pub const COUNTS: &str = "\
SELECT count(*) FILTER (WHERE token IS NULL OR due_at <= now()), \
count(*) FILTER (WHERE token IS NOT NULL AND due_at > now()), \
(SELECT count(*) FROM tower_loops_inbox WHERE state = 'dead'), \
extract(epoch FROM clock_timestamp() - min(accepted_at) \
  FILTER (WHERE token IS NULL OR due_at <= now()))::float8 \
FROM tower_loops_inbox WHERE state = 'pending'";

/// The dead events that died last, at most `$1` (`int8`): columns as those of [`TAKE`], and when it
/// died.
pub const LIST_DEAD: &str = "\
SELECT namespace, event_id, attempts, last_error, accepted_at, received_at, signed_at, \
secret_index, payload, due_at FROM tower_loops_inbox WHERE state = 'dead' \
ORDER BY due_at DESC LIMIT $1";

/// Drops the payloads of at most `$1` (`int8`) handled events, and keeps their keys for `$2` after
/// they were handled. Returns how many.
pub const PURGE_PAYLOADS: &str = "\
WITH purged AS (UPDATE tower_loops_inbox SET state = 'purged', payload = NULL, token = NULL, \
last_error = NULL, due_at = COALESCE(due_at + make_interval(secs => $2::float8), 'infinity') \
WHERE ctid = ANY (ARRAY(SELECT ctid FROM tower_loops_inbox WHERE state = 'handled' \
AND due_at <= now() ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)) AND state = 'handled' \
RETURNING 1) SELECT count(*) FROM purged";

/// Deletes at most `$1` (`int8`) keys whose retention is over. Returns how many.
pub const PURGE_KEYS: &str = "\
WITH purged AS (DELETE FROM tower_loops_inbox WHERE ctid = ANY (ARRAY(\
SELECT ctid FROM tower_loops_inbox WHERE state = 'purged' AND due_at <= now() \
ORDER BY due_at LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING 1) SELECT count(*) FROM purged";
