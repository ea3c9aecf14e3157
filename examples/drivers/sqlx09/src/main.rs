//! Each event once, in a transaction of sqlx 0.9 on MySQL or MariaDB.

use engine::MariaDb;
use sqlx::{Executor, MySqlPool, query, query_scalar};
use tower_loops::{BoxError, idempotency::EventKey};
use tower_loops_sql::mysql::{MARK, SCHEMA};

/// Marks the event and records its payment, both or neither. Returns whether the event is fresh.
async fn handle(pool: &MySqlPool, key: &EventKey, amount: i32) -> Result<bool, BoxError> {
    let mut transaction = pool.begin().await?;
    let mark = query(MARK)
        .bind(key.namespace())
        .bind(key.id())
        .bind(None::<f64>);
    let is_fresh = mark.execute(&mut *transaction).await?.rows_affected() == 1;
    if is_fresh {
        let payment = query("INSERT INTO payments VALUES (?)").bind(amount);
        payment.execute(&mut *transaction).await?;
    }
    transaction.commit().await?;
    Ok(is_fresh)
}

async fn start() -> Result<(MariaDb, MySqlPool), BoxError> {
    let server = MariaDb::start(&[]);
    let pool = MySqlPool::connect(&server.url()).await?;
    pool.execute(SCHEMA).await?;
    pool.execute("CREATE TABLE payments (amount integer CHECK (amount > 0))")
        .await?;
    Ok((server, pool))
}

async fn payments(pool: &MySqlPool) -> Result<i64, BoxError> {
    Ok(query_scalar("SELECT count(*) FROM payments")
        .fetch_one(pool)
        .await?)
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let (_server, pool) = start().await?;
    let key = EventKey::new("billing", "evt_1");
    for delivery in 1..=3 {
        let is_fresh = handle(&pool, &key, 1999).await?;
        println!(
            "delivery {delivery}: fresh: {is_fresh}, payments: {}",
            payments(&pool).await?
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
        let (_server, pool) = start().await.unwrap();
        let mut racers = JoinSet::new();
        for _ in 0..64 {
            let (pool, key) = (pool.clone(), EventKey::new("billing", "evt_1"));
            racers.spawn(async move { handle(&pool, &key, 1999).await.unwrap() });
        }
        let fresh = racers
            .join_all()
            .await
            .into_iter()
            .filter(|&is_fresh| is_fresh);
        assert_eq!((fresh.count(), payments(&pool).await.unwrap()), (1, 1));
    }

    #[tokio::test]
    async fn a_rollback_leaves_no_mark() {
        let (_server, pool) = start().await.unwrap();
        let key = EventKey::new("billing", "evt_1");
        handle(&pool, &key, -1).await.unwrap_err();
        assert!(handle(&pool, &key, 1999).await.unwrap());
        assert!(!handle(&pool, &key, 1999).await.unwrap());
        assert_eq!(payments(&pool).await.unwrap(), 1);
    }
}
