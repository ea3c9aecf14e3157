//! MySQL and MariaDB.

use std::time::Duration;

use sqlx::{
    Error, MySql, MySqlConnection,
    error::DatabaseError,
    mysql::{MySqlArguments, MySqlDatabaseError},
    query,
    query::Query,
    query_scalar,
};
use tower_loops::idempotency::Claim;
use tower_loops_sql::mysql as sql;

use super::{Attempt, Call, Operations, ensure_schema};
use crate::diagnosis::Diagnosis;

impl Operations for MySql {
    fn schema_sql() -> &'static str {
        sql::SCHEMA
    }

    fn mark_sql() -> &'static str {
        sql::MARK
    }

    fn claim<'a>(connection: &'a mut MySqlConnection, call: &'a Call) -> Attempt<'a, Claim> {
        Box::pin(async move {
            let result = bound(sql::CLAIM, call).execute(connection).await?;
            Ok(Some(match result.last_insert_id() {
                0 => Claim::Claimed,
                1 => Claim::Done,
                micros => Claim::InFlight {
                    retry_after: Duration::from_micros(micros - 2),
                },
            }))
        })
    }

    fn extend<'a>(connection: &'a mut MySqlConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move { changes_row(connection, sql::EXTEND, call).await.map(Some) })
    }

    fn complete<'a>(connection: &'a mut MySqlConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move {
            let is_held = changes_row(connection, sql::COMPLETE_HELD, call).await?;
            if !is_held {
                let complete = query(sql::COMPLETE_LOST)
                    .bind(call.seconds())
                    .bind(call.key.namespace())
                    .bind(call.key.id());
                complete.execute(connection).await?;
            }
            Ok(Some(is_held))
        })
    }

    fn release<'a>(connection: &'a mut MySqlConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move { changes_row(connection, sql::RELEASE, call).await.map(Some) })
    }

    fn mark<'a>(connection: &'a mut MySqlConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move {
            let mark = bound(sql::MARK_OVER_EXPIRED, call).execute(connection);
            Ok(Some(mark.await?.last_insert_id() == 0))
        })
    }

    fn purge<'a>(connection: &'a mut MySqlConnection, limit: &'a u32) -> Attempt<'a, u64> {
        Box::pin(async move {
            let purge = query(sql::PURGE).bind(limit);
            Ok(Some(purge.execute(connection).await?.rows_affected()))
        })
    }

    fn ensure_schema<'a>(connection: &'a mut MySqlConnection, _: &'a ()) -> Attempt<'a, ()> {
        Box::pin(async move {
            let is_strict = query_scalar(sql::IS_STRICT).fetch_one(&mut *connection);
            if !is_strict.await? {
                return Err(Error::Configuration(
                    "sql_mode has neither STRICT_TRANS_TABLES nor STRICT_ALL_TABLES".into(),
                ));
            }
            let statements = [
                sql::CLAIM,
                sql::EXTEND,
                sql::COMPLETE_HELD,
                sql::COMPLETE_LOST,
                sql::RELEASE,
                sql::MARK,
                sql::MARK_OVER_EXPIRED,
                sql::PURGE,
            ];
            ensure_schema::<Self>(connection, &statements).await
        })
    }

    fn diagnose(error: &dyn DatabaseError) -> Diagnosis {
        let error = error.downcast_ref::<MySqlDatabaseError>();
        match error.number() {
            // Deadlock; changed since the transaction's snapshot (MariaDB).
            1020 | 1213 => Diagnosis::Conflict,
            1205 => Diagnosis::Locked,
            1146 => Diagnosis::NoTable,
            1048 | 1054 | 1136 | 1292 | 1364 | 1366 | 1406 => Diagnosis::WrongTable,
            1142 | 1143 | 1227 => Diagnosis::Forbidden,
            1290 | 1792 | 1836 => Diagnosis::ReadOnly,
            1044..=1046 | 1049 => Diagnosis::WrongAddress,
            1021 | 1114 => Diagnosis::Full,
            // Too many connections, shutdown, interrupted, timed out.
            1040 | 1053 | 1203 | 1317 | 1927 | 1969 | 3024 => Diagnosis::Interrupted,
            _ if error.code().is_some_and(|state| state.starts_with("08")) => {
                Diagnosis::Interrupted
            }
            _ => Diagnosis::Unknown,
        }
    }
}

async fn changes_row(
    connection: &mut MySqlConnection,
    sql: &'static str,
    call: &Call,
) -> sqlx::Result<bool> {
    let result = bound(sql, call).execute(connection).await?;
    Ok(result.rows_affected() == 1)
}

/// A time is in front of the key: placeholders have no numbers.
fn bound<'q>(sql: &'static str, call: &'q Call) -> Query<'q, MySql, MySqlArguments> {
    let mut query = query(sql);
    if call.time.is_some() {
        query = query.bind(call.seconds());
    }
    query = query.bind(call.key.namespace()).bind(call.key.id());
    match call.token() {
        Some(token) => query.bind(token),
        None => query,
    }
}
