//! Handlers that run for longer than a third of their lease: no two of one process run for the same
//! event at the same time, whatever happens to the lease.

use tokio::time::sleep;
use tower::Layer;
use tower_loops::idempotency::IdempotencyLayer;

use crate::{
    scripted_store::{Mood, Op, ScriptedStore},
    support::{Calls, deliver, reply, seconds, spawn_delivery},
};

#[tokio::test(start_paused = true)]
async fn a_redelivery_after_a_lost_lease_is_in_flight_until_the_handler_ends() {
    for (status, outcome) in [(200, "duplicate"), (500, "handled")] {
        let (store, calls) = (ScriptedStore::default(), Calls::default());
        let handler = calls.handler(move |call| async move {
            sleep(seconds(100)).await;
            reply(if call == 0 { status } else { 200 })
        });
        let service = IdempotencyLayer::new(store.clone()).layer(handler);
        let first = spawn_delivery(&service, "evt_1");
        sleep(seconds(10)).await;
        store.set_all(Mood::Fails);
        sleep(seconds(80)).await;
        store.set_all(Mood::Works);

        let claims = store.count(Op::Claim);
        let answer = deliver(&service, "evt_1").await;
        assert_eq!(answer.status, 409, "the lease has ended at the engine");
        assert_eq!(answer.retry_after(), Some("60"));
        assert_eq!(store.count(Op::Claim), claims, "the store is not asked");
        assert_eq!(first.await.expect("no panic").status, status);
        let again = deliver(&service, "evt_1").await;
        assert_eq!(again.is_duplicate(), outcome == "duplicate", "{again:?}");
        assert_eq!(again.is_handled(), outcome == "handled", "{again:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_hung_leaves_the_entry_of_the_one_beside_it() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let handler = calls.handler(|call| async move {
        sleep(seconds(if call == 0 { 150 } else { 100 })).await;
        reply(500)
    });
    let service = IdempotencyLayer::new(store.clone())
        .with_max_hold(seconds(120))
        .layer(handler);
    let _hung = spawn_delivery(&service, "evt_1");
    sleep(seconds(121)).await;
    let _beside = spawn_delivery(&service, "evt_1");
    sleep(seconds(25)).await;
    store.set_all(Mood::Fails);
    // The first has ended, and so has the lease of the second.
    sleep(seconds(60)).await;
    store.set_all(Mood::Works);
    assert_eq!(deliver(&service, "evt_1").await.status, 409);
    assert_eq!(calls.count(), 2);
}
