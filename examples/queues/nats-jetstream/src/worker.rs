//! The worker: handles the events of the stream.

use std::{error::Error, time::Duration};

use async_nats::jetstream::{
    AckKind, Context, Message,
    consumer::{PullConsumer, pull::Config},
    message::PublishMessage,
};
use futures_util::StreamExt;
use tokio::{select, sync::watch, task::JoinSet, time::sleep};
use tower::{ServiceExt, util::BoxCloneSyncService};
use tower_loops::{BoxError, StoredEvent, VerifiedEvent, inbox::Permanent};

use crate::inbox::{DEAD, DEAD_SUBJECT, EVENTS, JetStreamInbox};

/// What handles the events: any Tower service, with any layers.
pub type Handler = BoxCloneSyncService<VerifiedEvent, (), BoxError>;

/// How many events are handled at once.
const CONCURRENCY: usize = 8;
/// After this time without a sign of progress, another worker takes the event.
const ACK_WAIT: Duration = Duration::from_secs(30);
/// Events that wait for their next attempt count too: this many may fail before others have to
/// wait.
const MAX_UNDONE: i64 = 10_000;
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// Handles each event at least once. Any number of workers may share the stream.
#[derive(Clone)]
pub struct Worker {
    jetstream: Context,
    consumer: PullConsumer,
    handler: Handler,
    max_attempts: i64,
    first_pause: Duration,
}

impl Worker {
    /// Makes the consumer where it is missing.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or has a consumer of this name that differs.
    pub async fn new(inbox: &JetStreamInbox, handler: Handler) -> Result<Self, BoxError> {
        let jetstream = inbox.jetstream.clone();
        let config = Config {
            durable_name: Some("workers".to_owned()),
            ack_wait: ACK_WAIT,
            max_ack_pending: MAX_UNDONE,
            // With `max_deliver`, an event whose worker dies at its last attempt would be neither
            // handled nor dead. This worker counts.
            max_deliver: -1,
            ..Config::default()
        };
        let consumer = jetstream.create_consumer_on_stream(config, EVENTS).await?;
        Ok(Self {
            jetstream,
            consumer,
            handler,
            max_attempts: 12,
            first_pause: Duration::from_secs(1),
        })
    }

    /// Sets after how many attempts an event is dead, and the pause after the first one, which
    /// doubles with each. Default: 12, and one second.
    pub fn with_attempts(self, max_attempts: i64, first_pause: Duration) -> Self {
        Self {
            max_attempts,
            first_pause,
            ..self
        }
    }

    /// Handles events until `shutdown` resolves and the running ones are done.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        for _ in 0..CONCURRENCY {
            tasks.spawn(self.clone().handle_one_by_one(stopped.clone()));
        }
        shutdown.await;
        stop.send_replace(true);
        while tasks.join_next().await.is_some() {}
    }

    async fn handle_one_by_one(self, mut stopped: watch::Receiver<bool>) {
        loop {
            select! {
                biased;
                _ = stopped.changed() => return,
                next = self.next() => match next {
                    // What is not recorded is handled again.
                    Ok(Some(message)) => _ = self.handle(&message).await,
                    Ok(None) => {}
                    Err(_) => sleep(Duration::from_secs(1)).await,
                },
            }
        }
    }

    /// Waits for an event. A single one: prefetched events would wait while their `ACK_WAIT` runs.
    async fn next(&self) -> Result<Option<Message>, BoxError> {
        let batch = self.consumer.batch().max_messages(1);
        let mut messages = batch.expires(Duration::from_secs(5)).messages().await?;
        messages.next().await.transpose()
    }

    async fn handle(&self, message: &Message) -> Result<(), BoxError> {
        let attempt = message.info()?.delivered;
        // The process has died at each attempt.
        if attempt > self.max_attempts {
            return self.bury(message, "the worker died").await;
        }
        match self.attempt(message).await {
            Ok(()) => message.double_ack().await,
            Err(error) if attempt == self.max_attempts || is_permanent(&*error) => {
                self.bury(message, &format!("{error:?}")).await
            }
            Err(_) => {
                let doublings = u32::try_from(attempt - 1).unwrap_or(u32::MAX).min(20);
                let pause = self.first_pause * 2_u32.pow(doublings);
                let pause = pause.min(LONGEST_PAUSE);
                message.ack_with(AckKind::Nak(Some(pause))).await
            }
        }
    }

    async fn attempt(&self, message: &Message) -> Result<(), BoxError> {
        let stored: StoredEvent =
            serde_json::from_slice(&message.payload).map_err(Permanent::new)?;
        // Only `JetStreamInbox` writes to the stream, and it stores verified events.
        let event = stored.trust().map_err(Permanent::new)?;
        // The handler runs in a spawned task, so that its panic fails the event only.
        let mut running = tokio::spawn(self.handler.clone().oneshot(event));
        loop {
            select! {
                outcome = &mut running => return outcome?,
                () = sleep(ACK_WAIT / 3) => {
                    // If it is lost, another worker may run the event too.
                    _ = message.ack_with(AckKind::Progress).await;
                }
            }
        }
    }

    /// Moves an event to the stream of dead ones.
    async fn bury(&self, message: &Message, error: &str) -> Result<(), BoxError> {
        // Headers are lines of text.
        let error: String = error.escape_default().take(1000).collect();
        let dead = PublishMessage::build()
            .payload(message.payload.clone())
            .message_id(format!("{}", message.info()?.stream_sequence))
            .header("Loops-Error", error)
            .expected_stream(DEAD);
        self.jetstream
            .send_publish(DEAD_SUBJECT, dead)
            .await?
            .await?;
        message.ack_with(AckKind::Term).await
    }
}

fn is_permanent(error: &(dyn Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<Permanent>() {
            return true;
        }
        next = error.source();
    }
    false
}
