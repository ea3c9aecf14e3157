//! Receivers and workers of several processes, which are killed. Each test starts itself again.

use crate::{
    crashes,
    database::{Database, open_inbox},
};

/// `TOWER_LOOPS_TEST_ROUNDS=200` kills at 200 points.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_killed_loses_nothing_that_it_acknowledged() {
    if let Some(directory) = crashes::database() {
        return crashes::receive(open_inbox(&directory).await.unwrap()).await;
    }
    let test = "engines::processes::a_receiver_that_is_killed_loses_nothing_that_it_acknowledged";
    let database = Database::start().await;
    let (queue, rounds) = (database.inbox().await, crashes::rounds(5));
    let acknowledged = crashes::kill_receivers(test, database.directory(), rounds).await;
    crashes::assert_stored_once(&queue, &acknowledged).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_a_worker_that_is_killed_run_again_within_a_lease() {
    if let Some(directory) = crashes::database() {
        return crashes::hold(open_inbox(&directory).await.unwrap()).await;
    }
    let test = "engines::processes::the_events_of_a_worker_that_is_killed_run_again_within_a_lease";
    let database = Database::start().await;
    let queue = database.inbox().await;
    crashes::assert_taken_over(test, database.directory(), queue).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_succeeds_once_in_64_workers_of_four_processes() {
    if let Some(directory) = crashes::database() {
        return crashes::work(open_inbox(&directory).await.unwrap()).await;
    }
    let test = "engines::processes::each_event_succeeds_once_in_64_workers_of_four_processes";
    let database = Database::start().await;
    let (queue, events) = (database.inbox().await, 20 * crashes::rounds(10));
    crashes::assert_each_succeeds_once(test, database.directory(), &queue, events).await;
}
