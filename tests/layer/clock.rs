//! The clock is read once for a request, in the call: neither readiness nor a slow body reads it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering::SeqCst},
    },
    time::{Duration, SystemTime},
};

use testkit::{
    body::{channel, data, full},
    delivery::{
        EVENT, SECRET, forged, genuine, now, secret, sign_at, sign_with, signed, with_header,
    },
    response::Answer,
};
use tower::{Layer, Service, ServiceExt};
use tower_loops::LoopsSignatureLayer;

use crate::support::{Inner, Recorder, layer, outcome};

/// A clock that the test sets. It counts its reads.
#[derive(Clone, Default)]
struct Clock {
    seconds_from_now: Arc<AtomicI64>,
    reads: Arc<AtomicUsize>,
}

impl Clock {
    fn layer(&self) -> LoopsSignatureLayer {
        let clock = self.clone();
        layer().with_clock(move || {
            clock.reads.fetch_add(1, SeqCst);
            shifted(clock.seconds_from_now.load(SeqCst))
        })
    }

    fn set(&self, seconds_from_now: i64) {
        self.seconds_from_now.store(seconds_from_now, SeqCst);
    }

    fn reads(&self) -> usize {
        self.reads.load(SeqCst)
    }
}

fn shifted(seconds: i64) -> SystemTime {
    let by = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { now() - by } else { now() + by }
}

fn signed_at(at: SystemTime) -> Inner {
    with_header(sign_at(EVENT, at), full(EVENT))
}

#[tokio::test]
async fn the_clock_is_read_once_for_each_request_and_in_the_call() {
    let clock = Clock::default();
    let mut service = clock.layer().layer(Recorder::default());
    for (count, request) in [(1, genuine()), (2, forged()), (3, genuine())] {
        let Ok(_) = ServiceExt::<Inner>::ready(&mut service).await;
        assert_eq!(clock.reads(), count - 1, "in poll_ready");
        let future = service.call(request);
        assert_eq!(clock.reads(), count, "in call");
        let Ok(_) = future.await;
        assert_eq!(clock.reads(), count, "while the body was read");
    }
}

#[tokio::test]
async fn what_the_call_decides_does_not_change_while_the_body_arrives() {
    let (accepted, too_new) = ("accepted", "Webhook timestamp too new");
    for (seconds, drift, expected) in [(0, 301, accepted), (0, -301, accepted), (301, 300, too_new)]
    {
        let clock = Clock::default();
        let mut service = clock.layer().layer(Recorder::default());
        let (sender, body) = channel();
        let header = sign_at(EVENT, shifted(seconds));
        let future = service.call(with_header(header, body));
        clock.set(drift);
        let _ = sender.send(data(EVENT));
        drop(sender);
        let Ok(response) = future.await;
        let seen = Answer::of(response).await.outcome();
        assert_eq!(seen, expected, "{seconds}, {drift}");
    }
}

#[tokio::test]
async fn the_clock_is_the_systems_unless_set() {
    let layer = LoopsSignatureLayer::new(secret(SECRET));
    let hour = Duration::from_secs(3600);
    let rows = [
        (SystemTime::now(), "accepted"),
        (SystemTime::now() - hour, "Webhook timestamp too old"),
        (SystemTime::now() + hour, "Webhook timestamp too new"),
    ];
    for (at, expected) in rows {
        assert_eq!(outcome(&layer, signed_at(at)).await, expected);
    }
}

/// The setters work in any order, and change only the layer that they are called on.
#[tokio::test]
async fn each_setter_changes_its_own_setting() {
    let minute = Duration::from_secs(60);
    let base = layer();
    let first = base.clone().with_tolerance(minute).with_max_body_size(4096);
    let first = first.with_additional_secret(secret("second"));
    let last = LoopsSignatureLayer::new(secret(SECRET))
        .with_additional_secret(secret("second"))
        .with_max_body_size(4096)
        .with_tolerance(minute)
        .with_clock(now);
    let aged = |seconds: i64| signed_at(shifted(-seconds));
    let long = || signed(EVENT, full(" ".repeat(4097)));
    let second = || with_header(sign_with("second", EVENT, now()), full(EVENT));
    let (too_old, too_large) = ("Webhook timestamp too old", "Payload too large");
    let set = ["accepted", too_old, too_large, "accepted"];
    let unset = [
        "accepted",
        "accepted",
        "Invalid signature",
        "Invalid signature",
    ];
    for (layer, expected) in [(&first, set), (&last, set), (&base, unset)] {
        let requests = [aged(60), aged(61), long(), second()];
        for (request, expected) in requests.into_iter().zip(expected) {
            assert_eq!(outcome(layer, request).await, expected, "{layer:?}");
        }
    }
}
