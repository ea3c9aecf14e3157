//! Playing Loops against the server: every delivery is sent, and what came of it is kept.

use std::{iter, time::Duration};

use http::Uri;
use tokio::sync::mpsc::UnboundedReceiver;

use crate::{
    client::Client,
    delivery::{Delivery, Outcome},
    seen::Seen,
};

/// One delivery and what came of it.
pub(crate) struct Played {
    pub(crate) sent: &'static str,
    pub(crate) expected: Outcome,
    /// The error when there was no answer at all.
    pub(crate) came: Result<Outcome, String>,
    pub(crate) time: Duration,
}

impl Played {
    pub(crate) fn is_as_expected(&self) -> bool {
        self.came.as_ref() == Ok(&self.expected)
    }

    pub(crate) fn is_refused(&self) -> bool {
        let came = self.came.as_ref();
        came.is_ok_and(|came| came.status.is_client_error())
    }

    pub(crate) fn reached_the_handler(&self) -> bool {
        self.came.as_ref().is_ok_and(|came| !came.seen.is_empty())
    }
}

pub(crate) async fn play(
    client: &Client,
    url: &Uri,
    delivery: Delivery,
    seen: &mut UnboundedReceiver<Seen>,
) -> Played {
    let Delivery {
        sent,
        signatures,
        body,
        expected,
    } = delivery;
    let answer = client.post(url, &signatures, body).await;
    let time = answer.as_ref().map_or(Duration::ZERO, |answer| answer.time);
    // The handler tells before it answers.
    let seen = iter::from_fn(|| seen.try_recv().ok()).collect();
    let came = answer.map(|answer| Outcome {
        status: answer.status,
        answer: answer.body,
        seen,
    });
    Played {
        sent,
        expected,
        came,
        time,
    }
}
