//! Receivers that are slow at each delivery.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use http::{Request, Response};
use http_body_util::Full;
use tokio::{
    sync::{Mutex, mpsc},
    time::{Instant, sleep},
};
use tower::{ServiceExt, service_fn, util::BoxCloneSyncService};
use tower_loops::VerifiedEvent;
use tower_loops_check::{Concern, Suite, Verdict};

use crate::receiver::{
    CONNECTIONS, Effects, Receiver, around, behind, failures, results, secret, signature,
};

pub(crate) const SECOND: Duration = Duration::from_secs(1);

/// The receiver, after this time.
pub(crate) fn delayed(receiver: Receiver, delay: Duration) -> Receiver {
    around(receiver, move |receiver, request| async move {
        sleep(delay).await;
        receiver.oneshot(request.map(Full::new)).await
    })
}

/// The receiver, for one request at a time. Every request takes a second, or only accepted ones.
/// `most` becomes the number of requests that it had at the same time.
fn one_at_a_time(receiver: Receiver, only_accepted: bool, most: &Arc<AtomicUsize>) -> Receiver {
    let turn = Arc::new(Mutex::new(()));
    let (running, most) = (Arc::new(AtomicUsize::new(0)), Arc::clone(most));
    around(receiver, move |receiver, request| {
        let turn = Arc::clone(&turn);
        let (running, most) = (Arc::clone(&running), Arc::clone(&most));
        async move {
            most.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            let _turn = turn.lock().await;
            let response = receiver.oneshot(request.map(Full::new)).await?;
            if response.status().is_success() || !only_accepted {
                sleep(SECOND).await;
            }
            running.fetch_sub(1, Ordering::SeqCst);
            Ok(response)
        }
    })
}

#[tokio::test(start_paused = true)]
async fn deliveries_at_the_same_time_check_it_whole_within_the_minute() {
    for counts_effects in [false, true] {
        let effects = Effects::default();
        let receiver = delayed(effects.behind(signature()), SECOND);
        let mut suite = Suite::new(secret());
        let mut expected = [&CONNECTIONS[..], &["handled-is-2xx"]].concat();
        if counts_effects {
            suite = effects.suite();
            expected.pop();
        }
        let start = Instant::now();
        let (results, summary) = results(suite, receiver).await;
        assert!(start.elapsed() < Duration::from_secs(60));
        let left: Vec<_> = (results.iter())
            .filter(|result| result.verdict != Verdict::Pass)
            .map(|result| result.check)
            .collect();
        assert_eq!(left, expected, "{results:#?}");
        assert_eq!(summary.out_of_time, 0);
    }
}

/// With a timeout of two responses: what waits for sixteen others is not late for that.
#[tokio::test(start_paused = true)]
async fn one_request_at_a_time_is_no_fault() {
    for only_accepted in [false, true] {
        for concern in Concern::ALL {
            let effects = Effects::default();
            let most = Arc::default();
            let receiver = one_at_a_time(effects.behind(signature()), only_accepted, &most);
            let suite = effects.suite().with_timeout(2 * SECOND);
            let suite = suite.only(concern).only(Concern::Answers);
            assert_eq!(failures(suite, receiver).await, []);
            if concern == Concern::Signature {
                // Two show that more gain nothing.
                let expected = if only_accepted { 2..=16 } else { 2..=2 };
                assert!(expected.contains(&most.load(Ordering::SeqCst)), "{most:?}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn what_the_minute_leaves_is_skipped_and_counted() {
    let effects = Effects::default();
    let most = Arc::default();
    let receiver = one_at_a_time(effects.behind(signature()), false, &most);
    let start = Instant::now();
    let (results, summary) = results(effects.suite(), receiver).await;
    assert!(start.elapsed() < Duration::from_secs(61), "a minute");
    let left = results
        .iter()
        .filter(|result| result.got == "the run's minute was over");
    let left: Vec<_> = left.map(|result| result.verdict).collect();
    assert!(left.len() > 10, "{results:#?}");
    assert!(left.iter().all(|verdict| *verdict == Verdict::Skipped));
    assert_eq!(left.len(), summary.out_of_time);
    assert!(summary.is_success());
}

/// It is slow by its effects alone, which come one by one after many responses.
#[tokio::test(start_paused = true)]
async fn a_worker_handles_one_event_a_second() {
    let effects = Effects::default();
    let (events, mut queue) = mpsc::unbounded_channel();
    let handle = service_fn(move |request: Request<Full<_>>| {
        let event = request.extensions().get::<VerifiedEvent>();
        let sent = event.map(|event| events.send(event.event_type().as_str().to_owned()));
        assert!(sent.is_some_and(|sent| sent.is_ok()));
        async { Ok(Response::new(Full::from(""))) }
    });
    let worker = effects.clone();
    tokio::spawn(async move {
        while let Some(event_type) = queue.recv().await {
            sleep(SECOND).await;
            worker.add(&event_type);
        }
    });
    for concern in [Concern::Signature, Concern::Body, Concern::Payload] {
        let receiver = behind(signature(), BoxCloneSyncService::new(handle.clone()));
        let suite = effects.suite().only(concern);
        assert_eq!(failures(suite, receiver).await, []);
    }
}

#[tokio::test(start_paused = true)]
async fn effects_that_come_later_are_waited_for_together() {
    let effects = Effects::default();
    let receiver = behind(signature(), effects.late(SECOND));
    let start = Instant::now();
    let suite = effects.suite().only(Concern::Body);
    assert_eq!(failures(suite, receiver).await, []);
    // Ten charges, and the time in which no effect may arrive.
    assert!(start.elapsed() < 9 * SECOND, "{:?}", start.elapsed());
}
