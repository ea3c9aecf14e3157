//! SQLite.

use std::time::Duration;

use sqlx::{Sqlite, SqliteConnection, error::DatabaseError, query, query_as};
use tower_loops::idempotency::{Claim, Retention};
use tower_loops_sql::{millis, sqlite as sql};

use super::{Attempt, Call, Operations, ensure_schema};
use crate::diagnosis::Diagnosis;

impl Operations for Sqlite {
    fn schema_sql() -> &'static str {
        sql::SCHEMA
    }

    fn mark_sql() -> &'static str {
        sql::MARK
    }

    /// Reads first: a duplicate then does not wait for the lock that writers need.
    fn claim<'a>(connection: &'a mut SqliteConnection, call: &'a Call) -> Attempt<'a, Claim> {
        Box::pin(async move {
            let taken = query_as::<_, (bool, i64)>(sql::TAKEN)
                .bind(call.key.namespace())
                .bind(call.key.id())
                .bind(call.token());
            Ok(match taken.fetch_optional(&mut *connection).await? {
                Some((true, _)) => Some(Claim::Done),
                Some((false, millis)) => Some(Claim::InFlight {
                    retry_after: Duration::from_millis(u64::try_from(millis).unwrap_or(0)),
                }),
                None => {
                    let is_claimed = changes_row(connection, sql::CLAIM, call).await?;
                    is_claimed.then_some(Claim::Claimed)
                }
            })
        })
    }

    fn extend<'a>(connection: &'a mut SqliteConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move { changes_row(connection, sql::EXTEND, call).await.map(Some) })
    }

    fn complete<'a>(connection: &'a mut SqliteConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move {
            let is_held = changes_row(connection, sql::COMPLETE_HELD, call).await?;
            if !is_held {
                let complete = query(sql::COMPLETE_LOST)
                    .bind(call.key.namespace())
                    .bind(call.key.id())
                    .bind(call.millis());
                complete.execute(connection).await?;
            }
            Ok(Some(is_held))
        })
    }

    fn release<'a>(connection: &'a mut SqliteConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move { changes_row(connection, sql::RELEASE, call).await.map(Some) })
    }

    fn mark<'a>(connection: &'a mut SqliteConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move {
            let mark = query(sql::MARK)
                .bind(call.key.namespace())
                .bind(call.key.id())
                .bind(call.seconds());
            Ok(Some(mark.execute(connection).await?.rows_affected() == 1))
        })
    }

    fn purge<'a>(connection: &'a mut SqliteConnection, limit: &'a u32) -> Attempt<'a, u64> {
        Box::pin(async move {
            let purge = query(sql::PURGE).bind(limit);
            Ok(Some(purge.execute(connection).await?.rows_affected()))
        })
    }

    fn ensure_schema<'a>(connection: &'a mut SqliteConnection, _: &'a ()) -> Attempt<'a, ()> {
        Box::pin(async move {
            let statements = [
                sql::TAKEN,
                sql::CLAIM,
                sql::EXTEND,
                sql::COMPLETE_HELD,
                sql::COMPLETE_LOST,
                sql::RELEASE,
                sql::MARK,
                sql::PURGE,
            ];
            ensure_schema::<Self>(connection, &statements).await
        })
    }

    fn diagnose(error: &dyn DatabaseError) -> Diagnosis {
        let code = error.code().and_then(|code| code.parse::<u32>().ok());
        // The lower byte of an extended code is its primary code.
        match code.map_or(0, |code| code & 0xff) {
            _ if code == Some(517) => Diagnosis::Conflict,
            5 | 6 => Diagnosis::Locked,
            1 if error.message().starts_with("no such table") => Diagnosis::NoTable,
            1 | 19 | 20 => Diagnosis::WrongTable,
            3 | 8 => Diagnosis::ReadOnly,
            14 | 26 => Diagnosis::WrongAddress,
            13 => Diagnosis::Full,
            9 | 10 => Diagnosis::Interrupted,
            _ => Diagnosis::Unknown,
        }
    }
}

impl Call {
    /// The time in milliseconds.
    fn millis(&self) -> Option<i64> {
        Some(millis(match self.time? {
            Retention::For(time) => time,
            Retention::Forever => Duration::MAX,
        }))
    }
}

async fn changes_row(
    connection: &mut SqliteConnection,
    sql: &'static str,
    call: &Call,
) -> sqlx::Result<bool> {
    let mut query = query(sql)
        .bind(call.key.namespace())
        .bind(call.key.id())
        .bind(call.token());
    if let Some(millis) = call.millis() {
        query = query.bind(millis);
    }
    Ok(query.execute(connection).await?.rows_affected() == 1)
}
