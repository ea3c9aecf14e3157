//! SQLite.

use std::time::Duration;

use sqlx::{
    Sqlite, SqliteConnection, error::DatabaseError, query, query::Query, query_as,
    sqlite::SqliteArguments,
};
use tower_loops::idempotency::{Claim, Retention};
use tower_loops_sql::sqlite as sql;

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

impl Operations for Sqlite {
    fn statements() -> &'static Statements {
        &STATEMENTS
    }

    /// Reads first: a duplicate then does not wait for the lock that writers need.
    fn claim<'a>(connection: &'a mut SqliteConnection, call: &'a Call) -> Attempt<'a, Claim> {
        Box::pin(async move {
            let token = call.token.as_ref().map(|token| token.as_bytes().as_slice());
            let taken = query_as::<_, (bool, i64)>(sql::TAKEN)
                .bind(call.key.namespace())
                .bind(call.key.id())
                .bind(token);
            Ok(match taken.fetch_optional(&mut *connection).await? {
                Some((true, _)) => Some(Claim::Done),
                Some((false, millis)) => Some(Claim::InFlight {
                    retry_after: Duration::from_millis(u64::try_from(millis).unwrap_or(0)),
                }),
                None => {
                    let claimed = bound(call).execute(connection).await?.rows_affected();
                    (claimed == 1).then_some(Claim::Claimed)
                }
            })
        })
    }

    fn execute<'a>(connection: &'a mut SqliteConnection, call: &'a Call) -> Attempt<'a, u64> {
        Box::pin(async move {
            let result = bound(call).execute(connection).await?;
            Ok(Some(result.rows_affected()))
        })
    }

    fn mark<'a>(connection: &'a mut SqliteConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move {
            let mark = query(call.sql)
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
        Box::pin(async move { ensure_schema::<Self>(connection).await.map(Some) })
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

/// SQLite counts milliseconds.
fn bound(call: &Call) -> Query<'_, Sqlite, SqliteArguments> {
    let mut query = query(call.sql)
        .bind(call.key.namespace())
        .bind(call.key.id());
    if let Some(token) = &call.token {
        query = query.bind(token.as_bytes().as_slice());
    }
    match call.time {
        Some(time) => query.bind(millis(time)),
        None => query,
    }
}

/// Rounded up, at least one, and at most as much as the statements can add to the year.
fn millis(time: Retention) -> i64 {
    const MAX: i64 = 253_402_300_799_999;
    match time {
        Retention::For(time) => i64::try_from(time.as_nanos().div_ceil(1_000_000))
            .map_or(MAX, |millis| millis.clamp(1, MAX)),
        Retention::Forever => MAX,
    }
}
