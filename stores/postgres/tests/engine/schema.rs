//! Making the table, under any name it may have.

use tokio::task::JoinSet;
use tower_loops_postgres::PostgresStore;

use crate::server::{Server, pool};

#[tokio::test(flavor = "multi_thread")]
async fn many_make_the_table_at_once_and_again() {
    let server = Server::start().await;
    for round in 0..2 {
        let mut callers = JoinSet::new();
        for _ in 0..32 {
            let store = PostgresStore::new(server.pool(1));
            callers.spawn(async move { store.ensure_schema().await });
        }
        for made in callers.join_all().await {
            made.unwrap_or_else(|error| panic!("round {round}: {error:?}"));
        }
    }
}

#[tokio::test]
async fn a_table_that_is_there_needs_no_right_to_create_one() {
    let server = Server::start().await;
    server.store().await;
    let user = "CREATE ROLE app LOGIN; GRANT ALL ON tower_loops_events TO app";
    server.execute(user).await;
    let mut config = server.config();
    config.user("app");
    let store = PostgresStore::new(pool(config, 1));
    store.ensure_schema().await.unwrap();
}

#[tokio::test]
async fn the_printed_sql_makes_what_ensure_schema_makes() {
    let server = Server::start().await;
    let store = PostgresStore::new(server.pool(1));
    server.execute(store.schema_sql()).await;
    server.execute(store.schema_sql()).await;
    assert_eq!(store.purge_expired(10).await.unwrap(), 0);
}

#[tokio::test]
async fn table_names_are_plain_identifiers() {
    let server = Server::start().await;
    let store = || PostgresStore::new(server.pool(1));
    let longest = "t".repeat(57);
    let accepted = ["events", "Events", "select", "_1", "public.events_2"];
    for name in accepted.into_iter().chain([&*longest]) {
        let store = store().with_table(name).unwrap();
        store.ensure_schema().await.unwrap();
        assert_eq!(store.purge_expired(1).await.unwrap(), 0, "{name}");
    }
    let too_long = "t".repeat(58);
    let rejected = [
        "", ".", "a.", ".a", "a.b.c", "1a", "a b", "a\"b", "a;b", "é", "a\0", &too_long,
    ];
    for name in rejected {
        let error = store().with_table(name).expect_err(name).to_string();
        assert!(error.contains("schema.table"), "{name:?}: {error}");
    }
}
