//! `mark_processed` beside other transactions, and its statement as any driver runs it.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::types::{ToSql, Type};
use tower_loops::idempotency::EventKey;
use tower_loops_postgres::Mark;

use crate::server::Server;

#[tokio::test]
async fn open_transactions_with_duplicates_do_not_wait_for_each_other() {
    let server = Server::start().await;
    let (store, pool) = (server.store().await, server.pool(2));
    let [mut one, mut other] = [pool.get().await.unwrap(), pool.get().await.unwrap()];
    let key = EventKey::new("billing", "evt_1");
    let transaction = one.transaction().await.unwrap();
    let mark = store.mark_processed(&transaction, &key).await.unwrap();
    assert_eq!(mark, Mark::Fresh);
    transaction.commit().await.unwrap();
    let open = [one.transaction().await, other.transaction().await];
    for transaction in &open {
        let mark = store.mark_processed(transaction.as_ref().unwrap(), &key);
        let mark = timeout(Duration::from_secs(20), mark).await.unwrap();
        assert_eq!(mark.unwrap(), Mark::Duplicate);
    }
}

#[tokio::test]
async fn statement_takes_a_retention_of_any_numeric_type() {
    let server = Server::start().await;
    let store = server.store().await;
    let client = server.pool(1).get().await.unwrap();
    let retentions: [(&(dyn ToSql + Sync), Type); 5] = [
        (&30_i32, Type::INT4),
        (&30_i64, Type::INT8),
        (&30_f64, Type::FLOAT8),
        (&None::<i64>, Type::INT8),
        (&None::<f64>, Type::FLOAT8),
    ];
    for (number, retention) in retentions.into_iter().enumerate() {
        let key = EventKey::new("billing", &format!("evt_{number}"));
        let namespace = (&key.namespace() as _, Type::VARCHAR);
        let parameters = [namespace, (&key.id() as _, Type::TEXT), retention];
        for expected in [1, 0] {
            let marked = client.execute_typed(store.mark_sql(), &parameters).await;
            assert_eq!(marked.unwrap(), expected, "{:?}", parameters[2]);
        }
    }
    let stored = "tower_loops_events WHERE namespace = 'processed:billing'";
    assert_eq!(server.count(stored).await, 5);
}
