//! Each event once, in a transaction of diesel-async on PostgreSQL.

use diesel::{
    QueryDsl,
    dsl::count_star,
    sql_query,
    sql_types::{Double, Integer, Nullable, Text},
};
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use engine::Postgres;
use tower_loops::{BoxError, idempotency::EventKey};
use tower_loops_sql::postgres::{MARK, Statements, TableName};

diesel::table! {
    payments (amount) {
        amount -> Integer,
    }
}

type Connection = AsyncPgConnection;

/// Marks the event and records its payment, both or neither. Returns whether the event is fresh.
async fn handle(db: &mut Connection, key: &EventKey, amount: i32) -> Result<bool, BoxError> {
    db.transaction(async |db| {
        let mark = sql_query(MARK)
            .bind::<Text, _>(key.namespace())
            .bind::<Text, _>(key.id())
            .bind::<Nullable<Double>, _>(None::<f64>);
        let is_fresh = mark.execute(db).await? == 1;
        if is_fresh {
            let payment = sql_query("INSERT INTO payments VALUES ($1)").bind::<Integer, _>(amount);
            payment.execute(db).await?;
        }
        Ok(is_fresh)
    })
    .await
}

async fn start() -> Result<(Postgres, Connection), BoxError> {
    let server = Postgres::start();
    let mut db = Connection::establish(&server.url()).await?;
    db.batch_execute(&Statements::new(&TableName::default()).schema)
        .await?;
    db.batch_execute("CREATE TABLE payments (amount integer CHECK (amount > 0))")
        .await?;
    Ok((server, db))
}

async fn payments(db: &mut Connection) -> Result<i64, BoxError> {
    Ok(payments::table.select(count_star()).first(db).await?)
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (_server, mut db) = start().await?;
    let key = EventKey::new("billing", "evt_1");
    for delivery in 1..=3 {
        let is_fresh = handle(&mut db, &key, 1999).await?;
        println!(
            "delivery {delivery}: fresh: {is_fresh}, payments: {}",
            payments(&mut db).await?
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
        let (server, mut db) = start().await.unwrap();
        let mut racers = JoinSet::new();
        for _ in 0..64 {
            let mut db = Connection::establish(&server.url()).await.unwrap();
            let key = EventKey::new("billing", "evt_1");
            racers.spawn(async move { handle(&mut db, &key, 1999).await.unwrap() });
        }
        let fresh = racers
            .join_all()
            .await
            .into_iter()
            .filter(|&is_fresh| is_fresh);
        assert_eq!((fresh.count(), payments(&mut db).await.unwrap()), (1, 1));
    }

    #[tokio::test]
    async fn a_rollback_leaves_no_mark() {
        let (_server, mut db) = start().await.unwrap();
        let key = EventKey::new("billing", "evt_1");
        handle(&mut db, &key, -1).await.unwrap_err();
        assert!(handle(&mut db, &key, 1999).await.unwrap());
        assert!(!handle(&mut db, &key, 1999).await.unwrap());
        assert_eq!(payments(&mut db).await.unwrap(), 1);
    }
}
