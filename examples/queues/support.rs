//! What the tests of the three adapters share.

use std::{
    path::Path,
    process::{Command, Output},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, body::Body};
use testkit::{
    child::VARIABLE,
    delivery::{SECRET, delivery, now, secret},
    poll::within_reason,
    response::Answer,
};
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    task::yield_now,
};
use tower::{ServiceExt, service_fn, util::BoxCloneSyncService};
use tower_loops::{BoxError, LoopsSignatureLayer, VerifiedEvent};

/// The layer, with the clock of the deliveries.
pub fn signature() -> LoopsSignatureLayer {
    LoopsSignatureLayer::new(secret(SECRET)).with_clock(now)
}

/// The response to a delivery of the event with this id.
pub async fn deliver(app: &Router, id: &str) -> Answer {
    let event = format!(r#"{{"id":"{id}","type":"charge.succeeded"}}"#);
    let request = delivery(event).map(Body::new);
    Answer::of(app.clone().oneshot(request).await.unwrap()).await
}

/// Delivers the event again and again, as Loops does, until the response is 200.
pub async fn deliver_until_accepted(app: &Router, id: &str) -> Answer {
    within_reason(async {
        loop {
            let answer = deliver(app, id).await;
            if answer.status == 200 {
                return answer;
            }
            yield_now().await;
        }
    })
    .await
}

/// The ids of the events that a handler ran for.
pub struct Runs(UnboundedReceiver<String>);

impl Runs {
    pub async fn next(&mut self) -> String {
        within_reason(self.0.recv()).await.expect("a handler")
    }
}

/// A handler that fails this many times at first.
pub fn handler(failures: usize) -> (BoxCloneSyncService<VerifiedEvent, (), BoxError>, Runs) {
    let (sender, receiver) = unbounded_channel();
    let failures = Arc::new(AtomicUsize::new(failures));
    let service = service_fn(move |event: VerifiedEvent| {
        let is_failure = failures
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            })
            .is_ok();
        let sent = sender.send(event.id().to_owned());
        async move {
            sent?;
            if is_failure {
                return Err("it is to fail".into());
            }
            Ok(())
        }
    });
    (BoxCloneSyncService::new(service), Runs(receiver))
}

/// Runs the program of an example with a secret and one more variable, to its end.
pub fn run_program(program: &str, variable: &str, value: &str) -> Output {
    let mut command = Command::new(Path::new(program));
    command.env(VARIABLE, SECRET).env(variable, value);
    command.arg("127.0.0.1:0").output().expect("the program")
}
