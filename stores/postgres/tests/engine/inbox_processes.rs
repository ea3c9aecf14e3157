//! Receivers and workers of several processes, which are killed.

use tower_loops_postgres::PostgresInbox;

use crate::{
    crashes,
    inbox::inbox,
    server::{Server, config_in, pool},
};

fn open(directory: &str) -> PostgresInbox {
    PostgresInbox::new(pool(config_in(directory.as_ref()), 16))
}

/// `TOWER_LOOPS_TEST_ROUNDS=200` kills at 200 points.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_killed_loses_nothing_that_it_acknowledged() {
    if let Some(directory) = crashes::database() {
        return crashes::receive(open(&directory)).await;
    }
    let test = "inbox_processes::a_receiver_that_is_killed_loses_nothing_that_it_acknowledged";
    let server = Server::start().await;
    let (queue, rounds) = (inbox(&server).await, crashes::rounds(5));
    let acknowledged = crashes::kill_receivers(test, server.directory(), rounds).await;
    crashes::assert_stored_once(&queue, &acknowledged).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_a_worker_that_is_killed_run_again_within_a_lease() {
    if let Some(directory) = crashes::database() {
        return crashes::hold(open(&directory)).await;
    }
    let test = "inbox_processes::the_events_of_a_worker_that_is_killed_run_again_within_a_lease";
    let server = Server::start().await;
    crashes::assert_taken_over(test, server.directory(), inbox(&server).await).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_succeeds_once_in_64_workers_of_four_processes() {
    if let Some(directory) = crashes::database() {
        return crashes::work(open(&directory)).await;
    }
    let test = "inbox_processes::each_event_succeeds_once_in_64_workers_of_four_processes";
    let server = Server::start().await;
    let (queue, events) = (inbox(&server).await, 20 * crashes::rounds(10));
    crashes::assert_each_succeeds_once(test, server.directory(), &queue, events).await;
}
