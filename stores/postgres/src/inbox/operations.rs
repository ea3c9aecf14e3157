//! The operations of the inbox.

use std::time::Duration;

use tokio_postgres::types::Type;
use tower_loops::{
    StoredEvent,
    inbox::{
        Accepted, Counts, DeadEvent, EventKey, Inbox, InvalidKey, MAX_DEAD, Outcome, Queue,
        StoreError, Taken, Token,
    },
};
use tower_loops_sql::postgres::inbox::{
    BURY, COUNTS, DEAD, DONE, EXTEND, LIST_DEAD, REDRIVE, RELEASE, RETRY, TAKE,
};
use tower_loops_sql::{repeated_share, seconds};

use crate::{
    call::Call,
    inbox::{PostgresInbox, rows},
};

impl Inbox for PostgresInbox {
    async fn accept(&self, key: &EventKey, event: &StoredEvent) -> Result<Accepted, StoreError> {
        self.accepts.execute((key.clone(), event.clone())).await
    }
}

impl Queue for PostgresInbox {
    async fn take(
        &self,
        token: Token,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<Taken>, StoreError> {
        let call = Call::new(|_| TAKE)
            .with(token.as_bytes().to_vec(), Type::BYTEA)
            .with(i64::try_from(limit).unwrap_or(i64::MAX), Type::INT8)
            .with_time(lease)
            .with(repeated_share(token.as_bytes(), limit), Type::INT8);
        let rows = self.connections.execute_all(call, rows::taken).await?;
        if rows.iter().any(Option::is_none) {
            let bury = Call::new(|_| BURY)
                .with(token.as_bytes().to_vec(), Type::BYTEA)
                .with(InvalidKey.to_string(), Type::TEXT);
            self.connections.execute(bury, |_| Ok(Some(()))).await?;
        }
        Ok(rows.into_iter().flatten().collect())
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let call = Call::of(|_| EXTEND, key, token).with_time(lease);
        self.connections
            .execute(call, |row| Ok(Some(row.is_some())))
            .await
    }

    async fn finish(
        &self,
        key: &EventKey,
        token: Token,
        outcome: &Outcome,
    ) -> Result<bool, StoreError> {
        let call = match outcome {
            Outcome::Done => {
                let was_held = self
                    .connections
                    .execute(Call::of(|_| DONE, key, token), |row| {
                        let was_held = row.map(|row| row.try_get(0)).transpose()?;
                        Ok(Some(was_held.unwrap_or(false)))
                    });
                return was_held.await;
            }
            Outcome::Retry { after, error } => {
                // Unlike a lease, a pause may be zero.
                let pause = if after.is_zero() {
                    Some(0.0)
                } else {
                    seconds(*after)
                };
                Call::of(|_| RETRY, key, token)
                    .with(pause, Type::FLOAT8)
                    .with(error.clone(), Type::TEXT)
            }
            Outcome::Released => Call::of(|_| RELEASE, key, token),
            Outcome::Dead { error } => {
                Call::of(|_| DEAD, key, token).with(error.clone(), Type::TEXT)
            }
        };
        self.connections
            .execute(call, |row| Ok(Some(row.is_some())))
            .await
    }

    async fn notified(&self) {
        self.notifier.notified().await;
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.connections
            .execute(Call::new(|_| COUNTS), rows::counts)
            .await
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadEvent>, StoreError> {
        let limit = i64::try_from(limit.min(MAX_DEAD)).unwrap_or(i64::MAX);
        let call = Call::new(|_| LIST_DEAD).with(limit, Type::INT8);
        self.connections.execute_all(call, rows::dead).await
    }

    async fn redrive(&self, key: &EventKey) -> Result<bool, StoreError> {
        Ok(self.redrive_some(Call::about(|_| REDRIVE, key)).await? == 1)
    }

    async fn redrive_all(&self) -> Result<u64, StoreError> {
        let all = Call::new(|_| REDRIVE)
            .with(None::<String>, Type::TEXT)
            .with(None::<String>, Type::TEXT);
        self.redrive_some(all).await
    }
}

impl PostgresInbox {
    async fn redrive_some(&self, call: Call) -> Result<u64, StoreError> {
        let count = self.connections.execute(call, rows::count).await?;
        self.notifier.notify();
        Ok(count)
    }
}
