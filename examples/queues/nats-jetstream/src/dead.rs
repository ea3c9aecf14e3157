//! The events that no attempt could handle.

use async_nats::jetstream::{consumer::pull::Config, message::PublishMessage};
use futures_util::StreamExt;
use tower_loops::BoxError;

use crate::inbox::{DEAD, EVENTS, JetStreamInbox, SUBJECT};

/// Moves all dead events back into the stream, with all their attempts before them. Returns how
/// many there were. Each has its error in the header `Loops-Error` until then.
///
/// # Errors
///
/// If the server cannot be reached. What was moved until then stays moved.
pub async fn redrive(inbox: &JetStreamInbox) -> Result<u64, BoxError> {
    let jetstream = &inbox.jetstream;
    let stream = jetstream.get_stream(DEAD).await?;
    let consumer = stream.create_consumer(Config::default()).await?;
    let mut redriven = 0;
    loop {
        let mut messages = consumer.fetch().max_messages(100).messages().await?;
        let before = redriven;
        while let Some(message) = messages.next().await {
            let message = message?;
            let sequence = message.info()?.stream_sequence;
            // The stream still knows the id of the delivery.
            let event = PublishMessage::build()
                .payload(message.payload.clone())
                .message_id(format!("redriven-{sequence}"))
                .expected_stream(EVENTS);
            jetstream.send_publish(SUBJECT, event).await?.await?;
            stream.delete_message(sequence).await?;
            redriven += 1;
        }
        if redriven == before {
            return Ok(redriven);
        }
    }
}
