//! Several processes, and several stores of one process, on one file.

use std::{env, path::Path, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, stdout},
    process::{Child, Command},
};
use tower_loops::idempotency::{Claim, EventStore, Retention, Token};
use tower_loops_sqlite::SqliteStore;

use crate::support::{Folder, LONG, claim, claim_at_last, claim_for, key};

#[tokio::test]
async fn two_stores_on_one_file_agree() {
    let folder = Folder::new();
    let (one, other) = (folder.open(), folder.open());
    let token = Token::random();
    one.claim(&key("evt_1"), token, LONG).await.expect("works");
    assert!(matches!(
        claim(&other, "evt_1").await,
        Claim::InFlight { .. }
    ));
    one.complete(&key("evt_1"), token, Retention::Forever)
        .await
        .expect("works");
    assert_eq!(claim(&other, "evt_1").await, Claim::Done);
}

const DATABASE: &str = "TOWER_LOOPS_TEST_DATABASE";
const EVENTS: usize = 100;

/// In the processes that it starts, it is the one that claims.
#[tokio::test(flavor = "multi_thread")]
async fn of_several_processes_one_wins_each_event() {
    if let Some(database) = env::var_os(DATABASE) {
        return say(&claim_all(database.as_ref()).await.to_string()).await;
    }
    let folder = Folder::new();
    drop(folder.open());
    let processes = (0..4).map(|_| {
        start(
            "processes::of_several_processes_one_wins_each_event",
            &folder,
        )
    });
    let mut wins = 0;
    for mut process in processes.collect::<Vec<_>>() {
        wins += heard(&mut process).await.parse::<usize>().expect("a count");
        assert!(process.wait().await.expect("ended").success());
    }
    assert_eq!(wins, EVENTS);
}

async fn claim_all(database: &Path) -> usize {
    let store = SqliteStore::open(database).expect("opened");
    let store = store.with_busy_timeout(Duration::from_secs(60));
    let mut wins = 0;
    for number in 0..EVENTS {
        wins += usize::from(claim(&store, &format!("evt_{number}")).await == Claim::Claimed);
    }
    wins
}

/// In the process that it starts, it is the one that dies.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_leaves_what_it_completed_and_blocks_nothing_for_good() {
    if let Some(database) = env::var_os(DATABASE) {
        let store = SqliteStore::open(database).expect("opened");
        store
            .complete(&key("done"), Token::random(), Retention::Forever)
            .await
            .expect("completed");
        let lease = Duration::from_secs(2);
        assert_eq!(claim_for(&store, "held", lease).await, Claim::Claimed);
        say("holding").await;
        return std::future::pending().await;
    }
    let folder = Folder::new();
    let mut process = start(
        "processes::a_process_that_dies_leaves_what_it_completed_and_blocks_nothing_for_good",
        &folder,
    );
    assert_eq!(heard(&mut process).await, "holding");
    process.kill().await.expect("killed");

    let store = folder.open();
    assert_eq!(claim(&store, "done").await, Claim::Done);
    claim_at_last(&store, "held").await;
}

const MARKER: &str = "said: ";

fn start(test: &str, folder: &Folder) -> Child {
    Command::new(env::current_exe().expect("the test's own program"))
        .args([test, "--exact", "--nocapture"])
        .env(DATABASE, folder.database())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("started")
}

async fn say(text: &str) {
    let line = format!("\n{MARKER}{text}\n");
    let mut stdout = stdout();
    stdout.write_all(line.as_bytes()).await.expect("said");
    stdout.flush().await.expect("said");
}

async fn heard(process: &mut Child) -> String {
    let stdout = process.stdout.take().expect("piped");
    let mut lines = BufReader::new(stdout).lines();
    while let Some(line) = lines.next_line().await.expect("readable") {
        if let Some(text) = line.strip_prefix(MARKER) {
            let text = text.to_owned();
            // The rest is read as well, so that the process can write it.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return text;
        }
    }
    panic!("the process ended without a word");
}
