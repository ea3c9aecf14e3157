//! One delivery of an event: claim, handle, then complete or release.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
};

use http::{Request, Response};
use tower_service::Service;

use super::{Claim, EventStore, answer, claim::EventClaim, heartbeat, in_flight::Running};
use crate::{ResponseBody, trace};

/// Answers a delivery, by the handler where the event is new.
pub(super) async fn answer<S, St, ReqBody, ResBody>(
    claim: EventClaim<St>,
    running: Running,
    handler: S,
    request: Request<ReqBody>,
) -> Result<Response<ResponseBody<ResBody>>, S::Error>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    St: EventStore,
{
    match claim.claim().await {
        Ok(Claim::Claimed) => {}
        Ok(Claim::Done) => {
            trace::delivery(&claim.key, "duplicate");
            return Ok(answer::duplicate());
        }
        Ok(Claim::InFlight { retry_after }) => {
            trace::delivery(&claim.key, "in flight");
            let status = claim.settings.in_flight_status;
            return Ok(answer::in_flight(status, retry_after));
        }
        Err(error) => {
            trace::store_failed(&claim.key, "claim", &error);
            if !claim.settings.fail_open {
                claim.release_in_background(running);
                return Ok(answer::store_down());
            }
        }
    }
    match heartbeat::keep_while(&claim, caught(call(handler, request))).await {
        Ok(Ok(response)) if response.status().is_success() => {
            trace::delivery(&claim.key, "handled");
            settled(claim.complete(running)).await;
            Ok(response.map(ResponseBody::inner))
        }
        Ok(failure) => {
            trace::delivery_failed(&claim.key, "the handler failed");
            settled(claim.release(running)).await;
            failure.map(|response| response.map(ResponseBody::inner))
        }
        Err(Panicked) => {
            trace::delivery_failed(&claim.key, "the handler panicked");
            settled(claim.release(running)).await;
            Ok(answer::panicked())
        }
    }
}

/// What became of the event is told to the store in a task of its own: a sender that hangs up now changes nothing of it.
async fn settled(record: impl Future<Output = ()> + Send + 'static) {
    // An error is a store that panicked; it has nothing more to say.
    let _ = tokio::spawn(trace::in_current_span(record)).await;
}

async fn call<S, Request>(mut service: S, request: Request) -> Result<S::Response, S::Error>
where
    S: Service<Request>,
{
    poll_fn(|cx| service.poll_ready(cx)).await?;
    service.call(request).await
}

struct Panicked;

/// Runs a future whose panics are an outcome. Nothing that it might have left half done is looked at afterwards.
async fn caught<F: Future>(future: F) -> Result<F::Output, Panicked> {
    let mut future = pin!(future);
    poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        },
    )
    .await
}
