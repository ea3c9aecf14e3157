//! A store that panics is a store that fails: a handler's response is never lost with it.

use std::time::Duration;

use tokio::time::sleep;
use tower::Layer;
use tower_loops::idempotency::IdempotencyLayer;

use crate::{
    scripted_store::{Mood, Op, ScriptedStore},
    support::{Calls, deliver, reply},
};

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_store_is_an_error_of_the_store() {
    for detached in [true, false] {
        // The operation, the handler's status, and the status of the response.
        for (op, status, expected) in [
            (Op::Claim, 200, 503),
            (Op::Extend, 200, 200),
            (Op::Complete, 200, 200),
            (Op::Release, 500, 500),
        ] {
            let (store, calls) = (ScriptedStore::default(), Calls::default());
            let handler = calls.handler(move |_| async move {
                sleep(Duration::from_secs(30)).await;
                reply(status)
            });
            let layer = IdempotencyLayer::new(store.clone()).with_detached_handler(detached);
            let service = layer.layer(handler);
            store.set(op, Mood::Panics);
            let case = format!("{op:?}, {detached}");
            assert_eq!(deliver(&service, "evt_1").await.status, expected, "{case}");
            store.set(op, Mood::Works);
            sleep(Duration::from_secs(1)).await;
            let again = deliver(&service, "evt_1").await;
            assert_eq!(again.status, status, "{case}");
            assert_eq!(
                again.is_duplicate(),
                matches!(op, Op::Extend | Op::Complete),
                "{case}"
            );
            assert_eq!(layer.shutdown(Duration::ZERO).await, 0, "{case}");
        }
    }
}
