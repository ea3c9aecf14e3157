//! PostgreSQL.

use std::{sync::LazyLock, time::Duration};

use sqlx::{PgConnection, Postgres, error::DatabaseError, query, query_as, query_scalar};
use tower_loops::idempotency::Claim;
use tower_loops_sql::postgres::{MARK, Statements, TableName};

use super::{Attempt, Call, Operations, ensure_schema};
use crate::diagnosis::Diagnosis;

static SQL: LazyLock<Statements> = LazyLock::new(|| Statements::new(&TableName::default()));

impl Operations for Postgres {
    fn schema_sql() -> &'static str {
        &SQL.schema
    }

    fn mark_sql() -> &'static str {
        MARK
    }

    fn claim<'a>(connection: &'a mut PgConnection, call: &'a Call) -> Attempt<'a, Claim> {
        Box::pin(async move {
            let claim = query_as::<_, (Option<bool>, f64)>(&*SQL.claim)
                .bind(call.key.namespace())
                .bind(call.key.id())
                .bind(call.token())
                .bind(call.seconds());
            let row = claim.fetch_optional(connection).await?;
            Ok(row.map(|(is_done, remaining)| match is_done {
                None => Claim::Claimed,
                Some(true) => Claim::Done,
                Some(false) => Claim::InFlight {
                    retry_after: Duration::try_from_secs_f64(remaining.max(0.0))
                        .unwrap_or(Duration::MAX),
                },
            }))
        })
    }

    fn extend<'a>(connection: &'a mut PgConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move { changes_row(connection, &SQL.extend, call).await.map(Some) })
    }

    fn complete<'a>(connection: &'a mut PgConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move {
            if changes_row(connection, &SQL.complete_held, call).await? {
                return Ok(Some(true));
            }
            let complete = query_scalar(&*SQL.complete)
                .bind(call.key.namespace())
                .bind(call.key.id())
                .bind(call.token())
                .bind(call.seconds());
            complete.fetch_one(connection).await.map(Some)
        })
    }

    fn release<'a>(connection: &'a mut PgConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move { changes_row(connection, &SQL.release, call).await.map(Some) })
    }

    fn mark<'a>(connection: &'a mut PgConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move {
            let mark = query(MARK)
                .bind(call.key.namespace())
                .bind(call.key.id())
                .bind(call.seconds());
            Ok(Some(mark.execute(connection).await?.rows_affected() == 1))
        })
    }

    fn purge<'a>(connection: &'a mut PgConnection, limit: &'a u32) -> Attempt<'a, u64> {
        Box::pin(async move {
            let purge = query_scalar::<_, i64>(&*SQL.purge).bind(i64::from(*limit));
            Ok(Some(purge.fetch_one(connection).await?.unsigned_abs()))
        })
    }

    fn ensure_schema<'a>(connection: &'a mut PgConnection, _: &'a ()) -> Attempt<'a, ()> {
        Box::pin(async move {
            let sql = &*SQL;
            let statements = [
                &*sql.claim,
                &sql.extend,
                &sql.complete_held,
                &sql.complete,
                &sql.release,
                MARK,
                &sql.purge,
            ];
            ensure_schema::<Self>(connection, &statements).await
        })
    }

    fn diagnose(error: &dyn DatabaseError) -> Diagnosis {
        let state = error.code().unwrap_or_default();
        match &*state {
            "40001" | "40P01" => Diagnosis::Conflict,
            "55P03" => Diagnosis::Locked,
            "42P01" | "3F000" => Diagnosis::NoTable,
            "42501" => Diagnosis::Forbidden,
            "25006" => Diagnosis::ReadOnly,
            "3D000" => Diagnosis::WrongAddress,
            "53100" => Diagnosis::Full,
            _ => match state.get(..2) {
                Some("23" | "42") => Diagnosis::WrongTable,
                Some("28") => Diagnosis::WrongAddress,
                Some("08" | "40" | "53" | "57") => Diagnosis::Interrupted,
                _ => Diagnosis::Unknown,
            },
        }
    }
}

async fn changes_row(
    connection: &mut PgConnection,
    sql: &'static str,
    call: &Call,
) -> sqlx::Result<bool> {
    let mut query = query(sql)
        .bind(call.key.namespace())
        .bind(call.key.id())
        .bind(call.token());
    if call.time.is_some() {
        query = query.bind(call.seconds());
    }
    Ok(query.execute(connection).await?.rows_affected() == 1)
}
