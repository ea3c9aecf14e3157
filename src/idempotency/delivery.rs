//! One delivery of an event: claim, handle, then record or release.

use std::{
    future::{Future, poll_fn},
    ops::ControlFlow,
    pin::{Pin, pin},
};

use http::{Request, Response};
use tokio::{runtime::Handle, time::Instant};
use tower_service::Service;

use super::{
    lease::Lease,
    record_success::record_success,
    release::{release, release_lost_claim},
    response,
    store::{Claim, EventStore, StoreError},
    until_done::UntilDone,
};
use crate::{
    middleware::ResponseBody,
    store::{Panicked, catch, keep_while},
    trace,
};

/// A delivery that has claimed its event.
struct Claimed<St> {
    lease: Lease<St>,
    start: Instant,
}

/// Claims the event, or breaks with the response if the handler is not to run.
async fn claim<St, ResBody>(
    lease: Lease<St>,
) -> ControlFlow<Response<ResponseBody<ResBody>>, Claimed<St>>
where
    St: EventStore,
{
    let start = Instant::now();
    let claim = claim_once(&lease, start).await;
    // Another delivery, whose lease was lost, may have succeeded while this claim was under way.
    if lease.shared.unrecorded.contains(&lease.key) {
        trace::delivery(&lease.key, "duplicate");
        return ControlFlow::Break(response::duplicate());
    }
    match claim {
        Ok(Claim::Claimed) => {}
        Ok(Claim::Done) => {
            trace::delivery(&lease.key, "duplicate");
            return ControlFlow::Break(response::duplicate());
        }
        Ok(Claim::InFlight { retry_after }) => {
            trace::delivery(&lease.key, "in flight");
            let status = lease.config.in_flight_status;
            return ControlFlow::Break(response::in_flight(status, retry_after));
        }
        Err(error) => {
            trace::store_failed(&lease.key, "claim", &error);
            if !lease.config.fail_open {
                return ControlFlow::Break(not_claimed(&lease, &error));
            }
            if error.may_have_taken_effect() {
                lease.lose_answer();
            }
        }
    }
    ControlFlow::Continue(Claimed { lease, start })
}

/// A delivery that goes on if its caller drops it. Once it has claimed the event, it runs in a task
/// of its own, so that the lease is renewed however seldom the caller polls.
///
/// The caller drops it only inside an [`UntilDone`].
pub(super) async fn detached<S, St, ReqBody, ResBody>(
    lease: Lease<St>,
    handler: S,
    request: Request<ReqBody>,
) -> Result<Response<ResponseBody<ResBody>>, S::Error>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    St: EventStore,
    ReqBody: Send + 'static,
    ResBody: Send + 'static,
{
    match claim(lease).await {
        ControlFlow::Break(response) => Ok(response),
        ControlFlow::Continue(claimed) => {
            let handled = handle(claimed, handler, request);
            let handled = tokio::spawn(trace::in_current_span(handled)).await;
            // Panics of the handler and of the store are caught inside. What is left is a runtime
            // that shuts down.
            handled.unwrap_or_else(|_| Ok(response::panicked()))
        }
    }
}

/// A delivery that ends when its caller drops it.
pub(super) async fn attached<S, St, ReqBody, ResBody>(
    lease: Lease<St>,
    handler: S,
    request: Request<ReqBody>,
) -> Result<Response<ResponseBody<ResBody>>, S::Error>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    St: EventStore,
{
    match claim(lease).await {
        ControlFlow::Break(response) => Ok(response),
        ControlFlow::Continue(claimed) => handle(claimed, handler, request).await,
    }
}

async fn handle<S, St, ReqBody, ResBody>(
    Claimed { lease, start }: Claimed<St>,
    handler: S,
    request: Request<ReqBody>,
) -> Result<Response<ResponseBody<ResBody>>, S::Error>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    St: EventStore,
{
    // The task may start late, on a thread that was blocked.
    if let Err(error) = lease.check(start)
        && !lease.config.fail_open
    {
        trace::store_failed(&lease.key, "claim", &error);
        return Ok(not_claimed(&lease, &error));
    }
    let is_success = |outcome: &Result<Result<Response<_>, _>, Panicked>| matches!(outcome, Ok(Ok(response)) if response.status().is_success());
    let mut long_running = None;
    let outcome = {
        let renew = || {
            long_running.get_or_insert_with(|| lease.enter_long_running(start));
            // Boxed, because hardly any handler runs long enough for a renewal.
            Box::pin(lease.beat(start))
        };
        let handler = pin!(call(handler, request));
        let handler = pin!(catch(handler));
        keep_while(start, lease.config.lease, renew, handler, is_success).await
    };
    match outcome {
        Ok(Ok(response)) if response.status().is_success() => {
            trace::delivery(&lease.key, "handled");
            to_the_end(lease.config.detached, Box::pin(record_success(lease))).await;
            Ok(response.map(ResponseBody::inner))
        }
        Ok(failure) => {
            trace::delivery_failed(&lease.key, "the handler failed");
            to_the_end(lease.config.detached, Box::pin(release(lease))).await;
            failure.map(|response| response.map(ResponseBody::inner))
        }
        Err(Panicked) => {
            trace::delivery_failed(&lease.key, "the handler panicked");
            to_the_end(lease.config.detached, Box::pin(release(lease))).await;
            Ok(response::panicked())
        }
    }
}

/// The response to a claim that failed. Releases what it may have claimed: no handler has run.
fn not_claimed<St: EventStore, ResBody>(
    lease: &Lease<St>,
    error: &StoreError,
) -> Response<ResponseBody<ResBody>> {
    if error.may_have_taken_effect() {
        release_lost_claim(lease, &Handle::current());
    }
    response::store_down()
}

/// If it is dropped before the end, it releases the possible claim: no handler has run.
async fn claim_once<St: EventStore>(
    lease: &Lease<St>,
    start: Instant,
) -> Result<Claim, StoreError> {
    /// Keeps the runtime for the release: a connection may be dropped outside it.
    struct Dropped<'a, St: EventStore>(Option<(&'a Lease<St>, Handle)>);

    impl<St: EventStore> Drop for Dropped<'_, St> {
        fn drop(&mut self) {
            if let Some((lease, runtime)) = &self.0 {
                release_lost_claim(lease, runtime);
            }
        }
    }

    // Nobody drops a detached delivery, unless the runtime ends.
    let runtime = (!lease.config.detached).then(Handle::current);
    let mut dropped = Dropped(runtime.map(|runtime| (lease, runtime)));
    let claim = lease.claim(start).await;
    dropped.0 = None;
    claim
}

async fn call<S, Request>(mut service: S, request: Request) -> Result<S::Response, S::Error>
where
    S: Service<Request>,
{
    poll_fn(|cx| service.poll_ready(cx)).await?;
    service.call(request).await
}

/// Runs `work` to its end: a disconnect cannot cancel it. A detached delivery is a task of its own,
/// which no disconnect reaches, so it just awaits the work.
async fn to_the_end(is_detached: bool, work: Pin<Box<impl Future<Output = ()> + Send + 'static>>) {
    if is_detached {
        work.await;
    } else {
        UntilDone::new(trace::in_current_span(work)).await;
    }
}
