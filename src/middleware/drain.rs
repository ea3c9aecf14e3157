//! Discards the rest of a rejected body, so that the response arrives.
//!
//! An HTTP/1 server that responds before the end of the body closes the connection with bytes
//! unread. The kernel resets it: the client often never sees the response, and a reverse proxy
//! counts a failure of the whole server.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Buf;
use http_body::Body;

use super::{body_reader::FRAMES_PER_POLL, config::Config, deadline::Deadline, delivery::Delivery};
use crate::rejection::Rejection;

/// A rejected body is drained up to this many bytes, or up to the body limit if that is larger.
const MIN_BOUND: usize = 1024 * 1024;

/// How long a drain waits for more data.
const IDLE_TIMEOUT: Duration = Duration::from_secs(2);

pub(super) struct Drain {
    remaining: u64,
    idle: Deadline,
    has_new_data: bool,
}

impl Drain {
    /// The drain of a body that was not polled. `None` if the response goes out at once.
    pub(super) fn unread(delivery: &Delivery, config: &Config) -> Option<Self> {
        let bound = bound(config);
        let at_once = delivery.awaits_continue || delivery.declares_more_than(bound);
        (config.drain && !at_once).then(|| Self::new(bytes(bound)))
    }

    /// The drain of a body that was read in part. `None` if the response goes out at once.
    pub(super) fn rest(
        rejection: &Rejection,
        delivery: &Delivery,
        config: &Config,
    ) -> Option<Self> {
        // All other bodies have ended, failed, or are too slow.
        let Rejection::BodyTooLarge {
            limit: Some(limit),
            received: Some(received),
            ..
        } = rejection
        else {
            return None;
        };
        let remaining = match delivery.declared_length() {
            Some(_) => bytes(bound(config)).saturating_sub(*received),
            None => bytes(*limit),
        };
        config.drain.then(|| Self::new(remaining))
    }

    fn new(remaining: u64) -> Self {
        Self {
            remaining,
            idle: Deadline::after(Some(IDLE_TIMEOUT)),
            has_new_data: false,
        }
    }

    /// Ready when the body has ended or failed, when the bytes are used up, when no data has
    /// arrived for two seconds, or at the deadline.
    pub(super) fn poll<B: Body>(
        &mut self,
        mut body: Pin<&mut B>,
        deadline: &mut Deadline,
        cx: &mut Context<'_>,
    ) -> Poll<()> {
        for _ in 0..FRAMES_PER_POLL {
            if self.remaining == 0 || body.is_end_stream() {
                return Poll::Ready(());
            }
            match body.as_mut().poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    let length = frame.data_ref().map_or(0, Buf::remaining);
                    self.has_new_data |= length > 0;
                    // An empty frame counts as a byte, so that endless empty frames end.
                    let cost = u64::try_from(length.max(1)).unwrap_or(u64::MAX);
                    self.remaining = self.remaining.saturating_sub(cost);
                }
                Poll::Ready(None | Some(Err(_))) => return Poll::Ready(()),
                Poll::Pending => return self.poll_timeouts(deadline, cx),
            }
        }
        cx.waker().wake_by_ref();
        self.poll_timeouts(deadline, cx)
    }

    fn poll_timeouts(&mut self, deadline: &mut Deadline, cx: &mut Context<'_>) -> Poll<()> {
        if std::mem::take(&mut self.has_new_data) {
            self.idle.restart();
        }
        if self.idle.poll(cx).is_ready() {
            return Poll::Ready(());
        }
        deadline.poll(cx)
    }
}

fn bound(config: &Config) -> usize {
    config.verifier.max_body_size().max(MIN_BOUND)
}

fn bytes(size: usize) -> u64 {
    u64::try_from(size).unwrap_or(u64::MAX)
}
