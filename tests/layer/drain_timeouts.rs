//! How long a rejected body is drained. Timers need a tokio runtime and the feature.

use std::time::Duration;

use bytes::Bytes;
use tokio::time::{Instant, sleep};

use crate::{
    scripted_body::ChannelBody,
    support::{EVENT, layer, recording, send, signed, unsigned},
};

const SECOND: Duration = Duration::from_secs(1);

#[tokio::test(start_paused = true)]
async fn a_drain_waits_two_seconds_for_data() {
    let (_sender, body) = ChannelBody::new();
    let begun = Instant::now();
    let answer = send(recording(&layer()).0, unsigned(body)).await;
    assert_eq!(answer.verdict(), "Missing signature");
    assert_eq!(begun.elapsed().as_secs(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_slow_drain_ends_at_the_body_timeout() {
    for (layer, seconds) in [
        (layer(), 30),
        (layer().with_body_timeout(5 * SECOND), 5),
        (layer().without_body_timeout(), 62),
    ] {
        let (sender, body) = ChannelBody::new();
        let drip = tokio::spawn(async move {
            for _ in 0..60 {
                sleep(SECOND).await;
                let _ = sender.send(Bytes::from_static(b"x"));
            }
            sender
        });
        let begun = Instant::now();
        let answer = send(recording(&layer).0, unsigned(body)).await;
        assert_eq!(answer.verdict(), "Missing signature");
        assert_eq!(begun.elapsed().as_secs(), seconds);
        drip.abort();
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_timed_out_is_not_drained() {
    let (sender, body) = ChannelBody::new();
    let begun = Instant::now();
    let layer = layer().with_body_timeout(SECOND);
    let answer = send(recording(&layer).0, signed(EVENT, body)).await;
    assert_eq!(answer.verdict(), "Body timed out");
    assert_eq!(begun.elapsed().as_secs(), 1);
    assert!(sender.is_closed(), "the body lives on");
}
