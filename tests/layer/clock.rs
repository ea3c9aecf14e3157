//! The clock is read once for a request, when the request comes: neither readiness nor a slow body reads it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tower::{Layer, Service, ServiceExt};
use tower_loops::{LoopsSignatureLayer, SIGNATURE_HEADER, Signer};

use crate::{
    scripted_body::ChannelBody,
    support::{
        Answer, EVENT, Recorder, forged, full, genuine, layer, now, recording, secret, send,
        signed, with_header,
    },
};

/// A clock that somebody else sets. It counts how often it is looked at.
#[derive(Clone, Default)]
struct Clock {
    seconds_from_now: Arc<AtomicI64>,
    reads: Arc<AtomicUsize>,
}

impl Clock {
    fn layer(&self) -> LoopsSignatureLayer {
        let clock = self.clone();
        layer().with_clock(move || clock.read())
    }

    fn read(&self) -> SystemTime {
        self.reads.fetch_add(1, Ordering::SeqCst);
        shifted(self.seconds_from_now.load(Ordering::SeqCst))
    }

    fn set(&self, seconds_from_now: i64) {
        self.seconds_from_now
            .store(seconds_from_now, Ordering::SeqCst);
    }

    fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

fn shifted(seconds: i64) -> SystemTime {
    let by = Duration::from_secs(seconds.unsigned_abs());
    if seconds < 0 { now() - by } else { now() + by }
}

fn signed_at(at: SystemTime) -> Request<Full<Bytes>> {
    let signature = Signer::new(secret()).sign(EVENT.as_bytes(), at);
    with_header(signature, full(EVENT))
}

#[tokio::test]
async fn the_clock_is_read_once_for_each_request_and_in_the_call() {
    for (name, request) in [("genuine", genuine()), ("forged", forged())] {
        let clock = Clock::default();
        let mut service = clock.layer().layer(Recorder::default());
        for _ in 0..3 {
            let Ok(_) = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service).await;
        }
        assert_eq!(clock.reads(), 0, "{name}: in poll_ready");
        let future = service.call(request);
        assert_eq!(clock.reads(), 1, "{name}: in call");
        let Ok(_) = future.await;
        assert_eq!(clock.reads(), 1, "{name}: while the body was read");
    }
}

#[tokio::test]
async fn a_slow_body_does_not_grow_stale() {
    for drift in [301, 100_000, -301, -100_000] {
        let clock = Clock::default();
        let mut service = clock.layer().layer(Recorder::default());
        let (sender, body) = ChannelBody::new();
        let future = service.call(signed(EVENT, body));
        clock.set(drift);
        sender.send(EVENT.into()).expect("the body is wanted");
        drop(sender);
        let Ok(response) = future.await;
        let verdict = Answer::of(response).await.verdict();
        assert_eq!(verdict, "accepted", "the clock went by {drift} s");
    }
}

/// Nor does a request that came too early become right by waiting.
#[tokio::test]
async fn a_refusal_by_time_is_of_the_call() {
    let clock = Clock::default();
    let mut service = clock.layer().layer(Recorder::default());
    let future = service.call(signed_at(shifted(301)));
    clock.set(300);
    let Ok(response) = future.await;
    let verdict = Answer::of(response).await.verdict();
    assert_eq!(verdict, "Webhook timestamp too new");
}

#[tokio::test]
async fn each_request_is_judged_by_the_time_it_comes() {
    let clock = Clock::default();
    let service = clock.layer().layer(Recorder::default());
    let rows = [
        (0, "accepted"),
        (300, "accepted"),
        (301, "Webhook timestamp too old"),
        (-301, "Webhook timestamp too new"),
        (-300, "accepted"),
    ];
    for (seconds, expected) in rows {
        clock.set(seconds);
        let answer = send(service.clone(), genuine()).await;
        assert_eq!(answer.verdict(), expected, "at {seconds} s");
    }
}

#[tokio::test]
async fn the_tolerance_is_what_it_is_set_to() {
    const OLD: &str = "Webhook timestamp too old";
    const NEW: &str = "Webhook timestamp too new";
    let rows = [
        (None, -300, "accepted"),
        (None, -301, OLD),
        (None, 300, "accepted"),
        (None, 301, NEW),
        (Some(Duration::ZERO), 0, "accepted"),
        (Some(Duration::ZERO), -1, OLD),
        (Some(Duration::ZERO), 1, NEW),
        (Some(Duration::from_secs(5)), -5, "accepted"),
        (Some(Duration::from_secs(5)), -6, OLD),
        (Some(Duration::from_secs(5)), 6, NEW),
        (Some(Duration::from_secs(301)), -301, "accepted"),
        (Some(Duration::MAX), -1_000_000_000, "accepted"),
        (Some(Duration::MAX), 1_000_000_000, "accepted"),
    ];
    for (tolerance, seconds, expected) in rows {
        let layer = match tolerance {
            Some(tolerance) => layer().with_tolerance(tolerance),
            None => layer(),
        };
        let answer = send(recording(&layer).0, signed_at(shifted(seconds))).await;
        assert_eq!(
            answer.verdict(),
            expected,
            "tolerance {tolerance:?}, signed at {seconds} s from now"
        );
    }
}

#[tokio::test]
async fn the_clock_is_cut_to_whole_seconds() {
    let almost = |seconds| move || shifted(seconds) + Duration::from_nanos(999_999_999);
    let rows = [
        (300, "accepted"),
        (301, "Webhook timestamp too old"),
        (-300, "accepted"),
        (-301, "Webhook timestamp too new"),
    ];
    for (seconds, expected) in rows {
        let layer = layer().with_clock(almost(seconds));
        let answer = send(recording(&layer).0, genuine()).await;
        assert_eq!(
            answer.verdict(),
            expected,
            "almost a second after {seconds} s"
        );
    }
}

#[tokio::test]
async fn the_clock_is_the_system_s_unless_set() {
    let hour = Duration::from_secs(3600);
    let rows = [
        (SystemTime::now(), "accepted"),
        (SystemTime::now() - hour, "Webhook timestamp too old"),
        (SystemTime::now() + hour, "Webhook timestamp too new"),
    ];
    for (at, expected) in rows {
        let layer = LoopsSignatureLayer::new(secret());
        let answer = send(recording(&layer).0, signed_at(at)).await;
        assert_eq!(answer.verdict(), expected);
    }
}

/// Each setter changes its own: a clock set before a tolerance stays, and so does a tolerance set before a clock.
#[tokio::test]
async fn setters_keep_what_was_set_before() {
    let minute = Duration::from_secs(60);
    let rows = [
        layer().with_tolerance(minute).with_max_body_size(4096),
        LoopsSignatureLayer::new(secret())
            .with_max_body_size(4096)
            .with_tolerance(minute)
            .with_clock(now),
    ];
    for layer in rows {
        let answer = send(recording(&layer).0, signed_at(shifted(-60))).await;
        assert_eq!(answer.verdict(), "accepted", "at the tolerance");
        let answer = send(recording(&layer).0, signed_at(shifted(-61))).await;
        assert_eq!(answer.verdict(), "Webhook timestamp too old");
        let mut declared = genuine();
        declared.headers_mut().insert("content-length", 4097.into());
        assert!(declared.headers().contains_key(SIGNATURE_HEADER));
        let answer = send(recording(&layer).0, declared).await;
        assert_eq!(answer.verdict(), "Payload too large");
    }
}

/// A layer that was changed after it was cloned, or after it made a service, leaves those as they were.
#[tokio::test]
async fn a_clone_of_the_layer_is_changed_alone() {
    let base = layer();
    let service = base.layer(Recorder::default());
    let strict = base.clone().with_tolerance(Duration::ZERO);
    let late = || signed_at(shifted(-10));
    assert_eq!(send(service, late()).await.verdict(), "accepted");
    assert_eq!(send(recording(&base).0, late()).await.verdict(), "accepted");
    let answer = send(recording(&strict).0, late()).await;
    assert_eq!(answer.verdict(), "Webhook timestamp too old");
}
