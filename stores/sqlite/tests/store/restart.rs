//! What a file remembers when it is opened again.

use std::time::Duration;

use tower_loops::idempotency::{Claim, Completion, EventStore, Retention, Token};

use crate::support::{Folder, LONG, claim, key};

#[tokio::test]
async fn what_is_done_stays_done_and_what_is_held_stays_held() {
    let folder = Folder::new();
    let token = Token::random();
    let store = folder.open();
    for id in ["done", "held", "released"] {
        let claimed = store.claim(&key(id), token, LONG).await;
        assert_eq!(claimed.expect("claimed"), Claim::Claimed, "{id}");
    }
    let completed = store
        .complete(&key("done"), token, Retention::For(LONG))
        .await;
    assert_eq!(completed.expect("completed"), Completion::Held);
    assert!(store.release(&key("released"), token).await.expect("works"));
    drop(store);

    let reopened = folder.open();
    assert_eq!(claim(&reopened, "done").await, Claim::Done);
    assert_eq!(claim(&reopened, "released").await, Claim::Claimed);
    let Claim::InFlight { retry_after } = claim(&reopened, "held").await else {
        panic!("the held event was not held any more");
    };
    assert!(
        (LONG / 2..=LONG).contains(&retry_after),
        "the rest of the lease: {retry_after:?}"
    );
    let same_holder = reopened.claim(&key("held"), token, LONG).await;
    assert_eq!(same_holder.expect("works"), Claim::Claimed);
}

#[tokio::test]
async fn the_longest_times_hold() {
    let folder = Folder::new();
    let store = folder.open();
    let token = Token::random();
    let lease = store.claim(&key("lease"), token, Duration::MAX).await;
    assert_eq!(lease.expect("claimed"), Claim::Claimed);
    assert!(matches!(
        claim(&store, "lease").await,
        Claim::InFlight { retry_after } if retry_after > 1000 * LONG
    ));
    let extended = store.extend(&key("lease"), token, Duration::MAX).await;
    assert!(extended.expect("works"));
    for retention in [Retention::For(Duration::MAX), Retention::Forever] {
        let id = format!("{retention:?}");
        for _ in 0..2 {
            let completed = store.complete(&key(&id), token, retention).await;
            assert_eq!(completed.expect("works"), Completion::LeaseLost, "{id}");
            assert_eq!(claim(&store, &id).await, Claim::Done, "{id}");
        }
    }
    assert_eq!(store.purge_expired(1000).await.expect("purged"), 0);
}
