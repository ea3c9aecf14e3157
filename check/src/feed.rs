//! Bodies that arrive in pieces, late or never.

use std::{convert::Infallible, future::pending, future::ready, time::Duration};

use bytes::Bytes;
use http_body_util::{
    BodyExt, Full,
    channel::{Channel, Sender},
    combinators::BoxBody,
};
use tokio::time::{sleep, timeout};

use crate::{delivery::Payload, endpoint::BoxFuture};

type Body = BoxBody<Bytes, Infallible>;

/// The body, and the future that sends what it consists of.
pub(crate) fn body(payload: Payload) -> (Body, BoxFuture<'static, ()>) {
    match payload {
        Payload::Whole(bytes) => (Full::new(bytes).boxed(), Box::pin(ready(()))),
        payload => {
            let (sender, body) = Channel::new(1);
            (body.boxed(), Box::pin(feed(payload, sender)))
        }
    }
}

async fn feed(payload: Payload, mut sender: Sender<Bytes>) {
    match payload {
        Payload::Whole(bytes) => drop(sender.send_data(bytes).await),
        Payload::Undeclared(mut bytes) => {
            while !bytes.is_empty() {
                let chunk = bytes.split_to(bytes.len().min(64 * 1024));
                if sender.send_data(chunk).await.is_err() {
                    return;
                }
            }
        }
        Payload::Held(mut bytes, barrier) => {
            let last = bytes.split_off(bytes.len().saturating_sub(1));
            let _ = sender.send_data(bytes).await;
            // A server that does not accept them all at once must not stop the others.
            let _ = timeout(Duration::from_secs(1), barrier.wait()).await;
            let _ = sender.send_data(last).await;
        }
        Payload::Dripped(bytes) => {
            for at in 0..bytes.len().saturating_sub(1) {
                let _ = sender.send_data(bytes.slice(at..=at)).await;
                sleep(Duration::from_millis(200)).await;
            }
            pending::<()>().await;
        }
        Payload::Declared(_) => {
            // A sender that is dropped would end the body.
            let _sender = sender;
            pending::<()>().await;
        }
    }
}
