//! What a file remembers when it is opened again.

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
    let (done, kept) = (key("done"), Retention::For(LONG));
    let completed = store.complete(&done, token, kept).await;
    assert_eq!(completed.expect("completed"), Completion::Held);
    assert!(store.release(&key("released"), token).await.expect("works"));
    drop(store);

    let reopened = folder.open();
    assert_eq!(claim(&reopened, "done").await, Claim::Done);
    assert_eq!(claim(&reopened, "released").await, Claim::Claimed);
    let Claim::InFlight { retry_after } = claim(&reopened, "held").await else {
        panic!("the held event was not held any more");
    };
    let is_the_rest = (LONG / 2..=LONG).contains(&retry_after);
    assert!(is_the_rest, "of the lease: {retry_after:?}");
    let same_holder = reopened.claim(&key("held"), token, LONG).await;
    assert_eq!(same_holder.expect("works"), Claim::Claimed);
}
