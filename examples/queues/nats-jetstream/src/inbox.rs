//! The stream that events are stored in.

use std::time::Duration;

use async_nats::{
    connection::State,
    jetstream::{
        self, Context,
        context::PublishError,
        message::PublishMessage,
        stream::{Config, DiscardPolicy, StorageType},
    },
};
use tower_loops::{
    BoxError, StoredEvent,
    inbox::{Accepted, EventKey, Inbox, StoreError, StoreErrorKind},
};

pub(crate) const EVENTS: &str = "LOOPS_EVENTS";
pub(crate) const DEAD: &str = "LOOPS_DEAD";
pub(crate) const SUBJECT: &str = "loops.events";
pub(crate) const DEAD_SUBJECT: &str = "loops.dead";

/// For how long the stream keeps an event, handled or not, and recognizes redeliveries.
const WINDOW: Duration = Duration::from_secs(30 * 24 * 3600);

/// As JSON in JSON, a payload of 1 MiB (the limit of the layer) takes at most twice its size.
const MAX_MESSAGE: usize = 2 * 1024 * 1024 + 4096;

/// Stores events in a stream. Clones share the connection.
#[derive(Clone)]
pub struct JetStreamInbox {
    pub(crate) jetstream: Context,
    replicas: usize,
}

impl JetStreamInbox {
    /// Connects, and makes both streams where they are missing. An acknowledged event survives the
    /// loss of all but a majority of `replicas` servers: 1, 3 or 5.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, has no JetStream, has streams of these names that differ,
    /// or does not accept messages of the size of an event.
    pub async fn connect(url: &str, replicas: usize) -> Result<Self, BoxError> {
        let client = async_nats::connect(url).await?;
        let accepted = client.server_info().max_payload;
        if accepted < MAX_MESSAGE {
            let text = format!("max_payload of the NATS server is {accepted}: set it to 4MB");
            return Err(text.into());
        }
        let inbox = Self {
            jetstream: jetstream::new(client),
            replicas,
        };
        inbox.ensure_stream(EVENTS, SUBJECT).await?;
        inbox.ensure_stream(DEAD, DEAD_SUBJECT).await?;
        Ok(inbox)
    }

    async fn ensure_stream(&self, name: &str, subject: &str) -> Result<(), BoxError> {
        let config = Config {
            name: name.to_owned(),
            subjects: vec![subject.to_owned()],
            storage: StorageType::File,
            num_replicas: self.replicas,
            // A restarted server remembers the ids of the messages that it still has. In a work
            // queue it would forget handled events, so they stay here until they are too old.
            max_age: WINDOW,
            duplicate_window: WINDOW,
            // A full stream rejects new events. The default deletes the oldest ones, handled or
            // not.
            discard: DiscardPolicy::New,
            ..Config::default()
        };
        self.jetstream.create_stream(config).await?;
        Ok(())
    }
}

impl Inbox for JetStreamInbox {
    async fn accept(&self, key: &EventKey, event: &StoredEvent) -> Result<Accepted, StoreError> {
        // The client would keep the message in memory, and send it after a reconnection.
        if self.jetstream.client().connection_state() != State::Connected {
            let error = "the NATS server is not connected";
            return Err(StoreError::new(StoreErrorKind::Unavailable, error).without_effect());
        }
        let json = serde_json::to_vec(event);
        let json = json.map_err(|error| StoreError::new(StoreErrorKind::Other, error))?;
        let message = PublishMessage::build()
            .payload(json.into())
            .message_id(key.to_string())
            .expected_stream(EVENTS);
        let sent = self.jetstream.send_publish(SUBJECT, message).await;
        // The event is in the stream only when its acknowledgement is here.
        let stored = sent.map_err(failed)?.await.map_err(failed)?;
        Ok(if stored.duplicate {
            Accepted::Known
        } else {
            Accepted::New
        })
    }
}

fn failed(error: PublishError) -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, error)
}
