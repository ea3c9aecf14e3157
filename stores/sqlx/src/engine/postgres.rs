//! PostgreSQL.

use std::{sync::LazyLock, time::Duration};

use sqlx::{
    PgConnection, Postgres, error::DatabaseError, postgres::PgArguments, query, query::Query,
    query_as,
};
use tower_loops::idempotency::Claim;
use tower_loops_sql::postgres as sql;

use super::{Attempt, Call, Operations, Statements, ensure_schema};
use crate::error::Diagnosis;

static SQL: LazyLock<sql::Statements> =
    LazyLock::new(|| sql::Statements::new(&sql::TableName::default()));

static STATEMENTS: LazyLock<Statements> = LazyLock::new(|| Statements {
    schema: &SQL.schema,
    claim: &SQL.insert_held,
    extend: &SQL.extend,
    complete_held: &SQL.complete_held,
    complete_lost: &SQL.complete,
    release: &SQL.release,
    mark: sql::MARK,
    purge: &SQL.purge,
});

impl Operations for Postgres {
    fn statements() -> &'static Statements {
        &STATEMENTS
    }

    fn claim<'a>(connection: &'a mut PgConnection, call: &'a Call) -> Attempt<'a, Claim> {
        Box::pin(async move {
            let inserted = bound(call.sql, call).execute(&mut *connection).await?;
            if inserted.rows_affected() == 1 {
                return Ok(Some(Claim::Claimed));
            }
            let token = call.token.as_ref().map(|token| token.as_bytes().as_slice());
            let state = query_as::<_, (bool, bool, f64)>(&*SQL.look_up)
                .bind(call.key.namespace())
                .bind(call.key.id())
                .bind(token);
            Ok(match state.fetch_optional(&mut *connection).await? {
                None => None,
                Some((_, true, _)) => {
                    let taken = bound(&SQL.take_over, call).execute(connection).await?;
                    (taken.rows_affected() == 1).then_some(Claim::Claimed)
                }
                Some((true, false, _)) => Some(Claim::Done),
                Some((false, false, left)) => Some(Claim::InFlight {
                    retry_after: Duration::try_from_secs_f64(left.max(0.0))
                        .unwrap_or(Duration::MAX),
                }),
            })
        })
    }

    fn execute<'a>(connection: &'a mut PgConnection, call: &'a Call) -> Attempt<'a, u64> {
        Box::pin(async move {
            let result = bound(call.sql, call).execute(connection).await?;
            Ok(Some(result.rows_affected()))
        })
    }

    fn mark<'a>(connection: &'a mut PgConnection, call: &'a Call) -> Attempt<'a, bool> {
        Box::pin(async move {
            let marked = bound(call.sql, call).execute(connection).await?;
            Ok(Some(marked.rows_affected() == 1))
        })
    }

    fn purge<'a>(connection: &'a mut PgConnection, limit: &'a u32) -> Attempt<'a, u64> {
        Box::pin(async move {
            let purge = query(&*SQL.purge).bind(i64::from(*limit));
            Ok(Some(purge.execute(connection).await?.rows_affected()))
        })
    }

    fn ensure_schema<'a>(connection: &'a mut PgConnection, _: &'a ()) -> Attempt<'a, ()> {
        Box::pin(async move { ensure_schema::<Self>(connection).await.map(Some) })
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

fn bound<'q>(sql: &'static str, call: &'q Call) -> Query<'q, Postgres, PgArguments> {
    let mut query = query(sql).bind(call.key.namespace()).bind(call.key.id());
    if let Some(token) = &call.token {
        query = query.bind(token.as_bytes().as_slice());
    }
    if call.time.is_some() {
        query = query.bind(call.seconds());
    }
    query
}
