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

use super::{Attempt, Call, Operations, Statements, ensure_schema};
use crate::error::Diagnosis;

static STATEMENTS: Statements = Statements {
    schema: sql::SCHEMA,
    claim: sql::CLAIM,
    extend: sql::EXTEND,
    complete_held: sql::COMPLETE_HELD,
    complete_lost: sql::COMPLETE_LOST,
    release: sql::RELEASE,
    mark: sql::MARK,
    purge: sql::PURGE,
};

impl Operations for MySql {
    fn statements() -> &'static Statements {
        &STATEMENTS
    }

    fn claim<'a>(connection: &'a mut MySqlConnection, call: &'a Call) -> Attempt<'a, Claim> {
        Box::pin(async move {
            let result = bound(call.sql, call).execute(connection).await?;
            Ok(Some(match result.last_insert_id() {
                0 => Claim::Claimed,
                1 => Claim::Done,
                micros => Claim::InFlight {
                    retry_after: Duration::from_micros(micros - 2),
                },
            }))
        })
    }

    fn execute<'a>(connection: &'a mut MySqlConnection, call: &'a Call) -> Attempt<'a, u64> {
        Box::pin(async move {
            let result = bound(call.sql, call).execute(connection).await?;
            Ok(Some(result.rows_affected()))
        })
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
            let is_strict: bool = query_scalar(sql::IS_STRICT)
                .fetch_one(&mut *connection)
                .await?;
            if !is_strict {
                return Err(Error::Configuration(
                    "sql_mode has neither STRICT_TRANS_TABLES nor STRICT_ALL_TABLES".into(),
                ));
            }
            ensure_schema::<Self>(connection).await.map(Some)
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

/// In the statements other than the mark, the time comes first.
fn bound<'q>(sql: &'static str, call: &'q Call) -> Query<'q, MySql, MySqlArguments> {
    let mut query = query(sql);
    if call.time.is_some() {
        query = query.bind(call.seconds());
    }
    query = query.bind(call.key.namespace()).bind(call.key.id());
    match &call.token {
        Some(token) => query.bind(token.as_bytes().as_slice()),
        None => query,
    }
}
