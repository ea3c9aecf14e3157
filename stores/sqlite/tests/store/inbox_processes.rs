//! Receivers and workers of several processes, which are killed.

use tower_loops_sqlite::SqliteInbox;

use crate::{crashes, support::Folder};

fn open(database: &str) -> SqliteInbox {
    SqliteInbox::open(database).expect("opened")
}

fn database(folder: &Folder) -> String {
    folder.database().to_str().expect("UTF-8").to_owned()
}

/// `TOWER_LOOPS_TEST_ROUNDS=200` kills at 200 points.
#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_killed_loses_nothing_that_it_acknowledged() {
    if let Some(database) = crashes::database() {
        return crashes::receive(open(&database)).await;
    }
    let test = "inbox_processes::a_receiver_that_is_killed_loses_nothing_that_it_acknowledged";
    let folder = Folder::new();
    let database = database(&folder);
    let acknowledged = crashes::kill_receivers(test, &database, crashes::rounds(5)).await;
    crashes::assert_stored_once(&open(&database), &acknowledged).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_events_of_a_worker_that_is_killed_run_again_within_a_lease() {
    if let Some(database) = crashes::database() {
        return crashes::hold(open(&database)).await;
    }
    let test = "inbox_processes::the_events_of_a_worker_that_is_killed_run_again_within_a_lease";
    let folder = Folder::new();
    let database = database(&folder);
    crashes::assert_taken_over(test, &database, open(&database)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_event_succeeds_once_in_64_workers_of_four_processes() {
    if let Some(database) = crashes::database() {
        return crashes::work(open(&database)).await;
    }
    let test = "inbox_processes::each_event_succeeds_once_in_64_workers_of_four_processes";
    let folder = Folder::new();
    let (database, events) = (database(&folder), 20 * crashes::rounds(10));
    let queue = open(&database);
    crashes::assert_each_succeeds_once(test, &database, &queue, events).await;
}
