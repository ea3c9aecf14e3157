//! Each event once, in a transaction of SeaORM 2 on PostgreSQL.

use engine::Postgres;
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, TransactionTrait, Value,
};
use tower_loops::{BoxError, idempotency::EventKey};
use tower_loops_sql::postgres::{MARK, Statements, TableName};

/// Marks the event and records its payment, both or neither. Returns whether the event is fresh.
async fn handle(db: &DatabaseConnection, key: &EventKey, amount: i32) -> Result<bool, BoxError> {
    let transaction = db.begin().await?;
    let mark = [key.namespace().into(), key.id().into(), Value::Double(None)];
    let mark = Statement::from_sql_and_values(DbBackend::Postgres, MARK, mark);
    let is_fresh = transaction.execute_raw(mark).await?.rows_affected() == 1;
    if is_fresh {
        let sql = "INSERT INTO payments VALUES ($1)";
        let payment = Statement::from_sql_and_values(DbBackend::Postgres, sql, [amount.into()]);
        transaction.execute_raw(payment).await?;
    }
    transaction.commit().await?;
    Ok(is_fresh)
}

async fn start() -> Result<(Postgres, DatabaseConnection), BoxError> {
    let server = Postgres::start();
    let db = Database::connect(server.url()).await?;
    db.execute_unprepared(&Statements::new(&TableName::default()).schema)
        .await?;
    db.execute_unprepared("CREATE TABLE payments (amount integer CHECK (amount > 0))")
        .await?;
    Ok((server, db))
}

async fn payments(db: &DatabaseConnection) -> Result<i64, BoxError> {
    let sql = "SELECT count(*) FROM payments";
    let count = db
        .query_one_raw(Statement::from_string(DbBackend::Postgres, sql))
        .await?;
    Ok(count.ok_or("a count is one row")?.try_get_by_index(0)?)
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (_server, db) = start().await?;
    let key = EventKey::new("billing", "evt_1");
    for delivery in 1..=3 {
        let is_fresh = handle(&db, &key, 1999).await?;
        println!(
            "delivery {delivery}: fresh: {is_fresh}, payments: {}",
            payments(&db).await?
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use tokio::task::JoinSet;

    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn one_of_64_racers_has_an_effect() {
        let (_server, db) = start().await.unwrap();
        let mut racers = JoinSet::new();
        for _ in 0..64 {
            let (db, key) = (db.clone(), EventKey::new("billing", "evt_1"));
            racers.spawn(async move { handle(&db, &key, 1999).await.unwrap() });
        }
        let fresh = racers
            .join_all()
            .await
            .into_iter()
            .filter(|&is_fresh| is_fresh);
        assert_eq!((fresh.count(), payments(&db).await.unwrap()), (1, 1));
    }

    #[tokio::test]
    async fn a_rollback_leaves_no_mark() {
        let (_server, db) = start().await.unwrap();
        let key = EventKey::new("billing", "evt_1");
        handle(&db, &key, -1).await.unwrap_err();
        assert!(handle(&db, &key, 1999).await.unwrap());
        assert!(!handle(&db, &key, 1999).await.unwrap());
        assert_eq!(payments(&db).await.unwrap(), 1);
    }
}
