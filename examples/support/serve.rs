//! A server for HTTP/1.1 and HTTP/2 that silent and slow clients cannot exhaust. Copy this file
//! whole.
//!
//! `axum::serve` has no deadline for a connection on which no request arrives, and no limit on the
//! number of connections. Clients that connect and send nothing take its file descriptors until it
//! can accept no one.

use std::{convert::Infallible, mem, pin::pin, sync::Arc, time::Duration};

use http::{Request, Response};
use http_body::Body;
use hyper::{body::Incoming, service::service_fn};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{Notify, Semaphore, watch},
    time::{sleep, timeout},
};
use tower::{Service, ServiceExt};
use tower_loops::BoxError;

/// What clients may take of the server.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Connections that are open at once. One more closes the connection that has been idle
    /// longest; so does a process that has run out of file descriptors.
    pub(crate) connections: usize,
    /// Requests in progress at once on one HTTP/2 connection.
    pub(crate) streams: u32,
    /// How long a connection may take from the accept to the end of its first head.
    pub(crate) first_head: Duration,
    /// How long a connection may then have no request in progress: kept alive, or in the middle of
    /// a head. Longer than a proxy keeps its connections, 60 s as a rule, or its next request meets
    /// a closed one.
    pub(crate) idle: Duration,
    /// How long a connection may last, whatever happens on it.
    pub(crate) lifetime: Duration,
    /// How long the requests in progress may take to finish after any of these.
    pub(crate) grace: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 4096,
            streams: 16,
            first_head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            lifetime: Duration::from_secs(300),
            grace: Duration::from_secs(30),
        }
    }
}

/// Serves every connection that the listener accepts, within the limits.
pub(crate) async fn serve<S, B>(listener: TcpListener, service: S, limits: Limits) -> !
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(limits.connections));
    // Wakes the connection that has been idle longest: waiters are woken in the order in which they
    // began to wait.
    let crowded = Arc::new(Notify::new());
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Most likely, the process is out of file descriptors.
            crowded.notify_one();
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        if slots.available_permits() == 0 {
            crowded.notify_one();
        }
        let slot = Arc::clone(&slots).acquire_owned().await;
        // If no connection was idle, one has ended by itself. The next one to be idle may stay.
        tokio::select! {
            biased;
            () = crowded.notified() => {}
            () = std::future::ready(()) => {}
        }
        let (service, crowded) = (service.clone(), Arc::clone(&crowded));
        tokio::spawn(async move {
            serve_connection(stream, service, limits, &crowded).await;
            drop(slot);
        });
    }
}

async fn serve_connection<S, B>(stream: TcpStream, service: S, limits: Limits, crowded: &Notify)
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send + 'static,
    B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
{
    let in_progress = watch::Sender::new(0);
    let (mut wait, then) = (limits.first_head, limits.idle);
    let idle_too_long = while_idle(in_progress.subscribe(), || {
        sleep(mem::replace(&mut wait, then))
    });
    let evicted = while_idle(in_progress.subscribe(), || crowded.notified());

    let service = service_fn(move |request| {
        let in_progress = InProgress::new(&in_progress);
        let response = service.clone().oneshot(request);
        async move {
            let response = response.await;
            drop(in_progress);
            response
        }
    });
    let mut server = auto::Builder::new(TokioExecutor::new());
    server.http2().max_concurrent_streams(limits.streams);
    let mut connection = pin!(server.serve_connection(TokioIo::new(stream), service));
    let served = async {
        tokio::select! {
            biased;
            // An error is the client's: it has disconnected, or does not speak HTTP.
            _ = connection.as_mut() => return,
            () = idle_too_long => {}
            () = sleep(limits.lifetime) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = timeout(limits.grace, connection).await;
    };
    tokio::select! {
        biased;
        () = served => {}
        () = evicted => {}
    }
}

/// Waits for an event that happens while no request is in progress. After each request, the wait
/// starts again.
async fn while_idle<F: Future>(
    mut in_progress: watch::Receiver<usize>,
    mut event: impl FnMut() -> F,
) {
    while in_progress.wait_for(|count| *count == 0).await.is_ok() {
        tokio::select! {
            _ = in_progress.changed() => {}
            _ = event() => return,
        }
    }
}

/// A request in progress, from the end of its head until the head of its response.
struct InProgress(watch::Sender<usize>);

impl InProgress {
    fn new(count: &watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count.clone())
    }
}

impl Drop for InProgress {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count -= 1);
    }
}
