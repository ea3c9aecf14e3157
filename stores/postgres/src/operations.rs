//! The operations, on one connection.

use std::time::Duration;

use tokio_postgres::{
    Client,
    types::{ToSql, Type},
};
use tower_loops::idempotency::{Claim, EventKey, Retention, Token};
use tower_loops_sql::postgres::Statements;

use crate::error::is_conflict;

/// How often an operation is tried that others get in the way of.
const MAX_ATTEMPTS: usize = 8;

/// `None` when others changed the key in between each time.
pub(crate) async fn claim(
    client: &Client,
    statements: &Statements,
    key: &EventKey,
    token: Token,
    lease: Duration,
) -> Result<Option<Claim>, tokio_postgres::Error> {
    let (holder, lease) = (Some(token), Some(seconds(lease)));
    for _ in 0..MAX_ATTEMPTS {
        if execute(client, &statements.insert_held, key, holder, lease).await? {
            return Ok(Some(Claim::Claimed));
        }
        let row = client
            .query_typed_opt(
                &statements.look_up,
                &[
                    (&key.namespace(), Type::TEXT),
                    (&key.id(), Type::TEXT),
                    (&token.as_bytes().as_slice(), Type::BYTEA),
                ],
            )
            .await?;
        // Released or purged since the insertion.
        let Some(row) = row else { continue };
        if row.try_get(1)? {
            if execute(client, &statements.take_over, key, holder, lease).await? {
                return Ok(Some(Claim::Claimed));
            }
        } else if row.try_get(0)? {
            return Ok(Some(Claim::Done));
        } else {
            let left: f64 = row.try_get(2)?;
            let retry_after = Duration::try_from_secs_f64(left.max(0.0)).unwrap_or(Duration::MAX);
            return Ok(Some(Claim::InFlight { retry_after }));
        }
    }
    Ok(None)
}

/// Whether a row was changed.
pub(crate) async fn execute(
    client: &Client,
    sql: &str,
    key: &EventKey,
    token: Option<Token>,
    time: Option<Option<f64>>,
) -> Result<bool, tokio_postgres::Error> {
    let (namespace, id) = (key.namespace(), key.id());
    let token = token.map(|token| *token.as_bytes());
    let token = token.as_ref().map(<[u8; 16]>::as_slice);
    let mut parameters: Vec<(&(dyn ToSql + Sync), Type)> =
        vec![(&namespace, Type::TEXT), (&id, Type::TEXT)];
    parameters.extend(token.as_ref().map(|token| (token as _, Type::BYTEA)));
    parameters.extend(time.as_ref().map(|time| (time as _, Type::FLOAT8)));
    let mut attempt = 1;
    loop {
        match client.execute_typed(sql, &parameters).await {
            Err(error) if attempt < MAX_ATTEMPTS && is_conflict(&error) => attempt += 1,
            outcome => return Ok(outcome? == 1),
        }
    }
}

pub(crate) async fn make_schema(
    client: &Client,
    statements: &Statements,
) -> Result<(), tokio_postgres::Error> {
    let index = &statements.qualified_index;
    let exists = "SELECT to_regclass($1) IS NOT NULL";
    let row = client
        .query_typed_one(exists, &[(index, Type::TEXT)])
        .await?;
    if row.try_get(0)? {
        return Ok(());
    }
    // `IF NOT EXISTS` alone fails where two do it at a time. Statements sent together are one transaction.
    let schema = &statements.schema;
    let sql = format!("SELECT pg_advisory_xact_lock(7308332045218271604);\n{schema}");
    client.batch_execute(&sql).await
}

pub(crate) fn retention_seconds(retention: Retention) -> Option<f64> {
    match retention {
        Retention::For(time) => seconds(time),
        Retention::Forever => None,
    }
}

/// For PostgreSQL, which counts microseconds: a millisecond at least, and `None`, for ever, from a thousand years on.
pub(crate) fn seconds(time: Duration) -> Option<f64> {
    const THOUSAND_YEARS: Duration = Duration::from_secs(1_000 * 31_557_600);
    (time < THOUSAND_YEARS).then(|| time.max(Duration::from_millis(1)).as_secs_f64())
}
