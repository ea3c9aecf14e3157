//! Several processes on one file.

use std::time::Duration;

use testkit::poll::until;
use tower_loops::idempotency::Claim;
use tower_loops_sqlite::SqliteStore;

use crate::{
    crashes::{self, Process},
    support::{Folder, claim, claim_for, complete},
};

const EVENTS: usize = 100;

/// In the processes that it starts, it is the one that claims.
#[tokio::test(flavor = "multi_thread")]
async fn of_several_processes_one_wins_each_event() {
    if let Some(database) = crashes::database() {
        let store = SqliteStore::open(database).expect("opened");
        let store = store.with_busy_timeout(Duration::from_secs(60));
        let mut wins = 0;
        for number in 0..EVENTS {
            wins += usize::from(claim(&store, &format!("evt_{number}")).await == Claim::Claimed);
        }
        return crashes::say(&wins.to_string());
    }
    let test = "processes::of_several_processes_one_wins_each_event";
    let folder = Folder::new();
    drop(folder.open());
    let mut processes = [(); 4].map(|()| Process::start(test, folder.database()));
    let mut wins = 0;
    for process in &mut processes {
        let said = process.hear().await.expect("a count");
        wins += said.parse::<usize>().expect("a number");
    }
    assert_eq!(wins, EVENTS);
}

/// In the process that it starts, it is the one that dies.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_leaves_what_it_completed_and_blocks_nothing_for_good() {
    if let Some(database) = crashes::database() {
        let store = SqliteStore::open(database).expect("opened");
        complete(&store, "done").await;
        let lease = Duration::from_secs(2);
        assert_eq!(claim_for(&store, "held", lease).await, Claim::Claimed);
        crashes::say("holding");
        return std::future::pending().await;
    }
    let folder = Folder::new();
    let test =
        "processes::a_process_that_dies_leaves_what_it_completed_and_blocks_nothing_for_good";
    let mut process = Process::start(test, folder.database());
    assert_eq!(process.hear().await.as_deref(), Some("holding"));
    process.kill().await;

    let store = folder.open();
    assert_eq!(claim(&store, "done").await, Claim::Done);
    let claims = async || claim(&store, "held").await == Claim::Claimed;
    until("the lease has ended", claims).await;
}
