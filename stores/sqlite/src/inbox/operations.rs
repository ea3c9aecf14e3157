//! The operations of the inbox, each on the store's thread.

use std::time::Duration;

use tower_loops::{
    StoredEvent,
    inbox::{
        Accepted, Counts, DeadEvent, EventKey, Inbox, MAX_DEAD, Outcome, Queue, StoreError, Taken,
        Token,
    },
};
use tower_loops_sql::{
    millis,
    sqlite::inbox::{REDRIVE, REDRIVE_ALL},
};

use crate::{
    inbox::{SqliteInbox, statements},
    priority::Priority,
};

impl Inbox for SqliteInbox {
    async fn accept(&self, key: &EventKey, event: &StoredEvent) -> Result<Accepted, StoreError> {
        let (known_key, key, event) = (key.clone(), key.clone(), event.clone());
        let accepted = self
            .read_or_write(
                move |connection| statements::known(connection, &known_key),
                move |connection| statements::accept(connection, &key, &event),
            )
            .await?;
        if accepted == Accepted::New {
            self.arrived.notify_one();
        }
        Ok(accepted)
    }
}

impl Queue for SqliteInbox {
    async fn take(
        &self,
        token: Token,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<Taken>, StoreError> {
        let lease = millis(lease);
        self.read_or_write(
            move |connection| statements::nothing_due(connection, token),
            move |connection| statements::take(connection, token, limit, lease),
        )
        .await
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let (key, lease) = (key.clone(), millis(lease));
        self.write(Priority::Completion, move |connection| {
            statements::extend(connection, &key, token, lease)
        })
        .await
    }

    async fn finish(
        &self,
        key: &EventKey,
        token: Token,
        outcome: &Outcome,
    ) -> Result<bool, StoreError> {
        let (key, outcome) = (key.clone(), outcome.clone());
        self.write(Priority::Completion, move |connection| {
            statements::finish(connection, &key, token, &outcome)
        })
        .await
    }

    async fn notified(&self) {
        self.arrived.notified().await;
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.read(statements::counts).await
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadEvent>, StoreError> {
        let limit = limit.min(MAX_DEAD);
        self.read(move |connection| statements::dead(connection, limit))
            .await
    }

    async fn redrive(&self, key: &EventKey) -> Result<bool, StoreError> {
        let key = key.clone();
        let redriven = self.write(Priority::Completion, move |connection| {
            connection
                .prepare_cached(REDRIVE)?
                .execute([key.namespace(), key.id()])
        });
        let is_redriven = redriven.await? == 1;
        self.arrived.notify_one();
        Ok(is_redriven)
    }

    async fn redrive_all(&self) -> Result<u64, StoreError> {
        let redriven = self.write(Priority::Completion, |connection| {
            connection.prepare_cached(REDRIVE_ALL)?.execute([])
        });
        let count = redriven.await?;
        self.arrived.notify_one();
        Ok(count as u64)
    }
}
