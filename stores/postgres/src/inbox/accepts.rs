//! Events that are stored together.

use std::{collections::HashSet, sync::Arc};

use deadpool_postgres::Client;
use tokio_postgres::types::Type;
use tower_loops::{
    StoredEvent,
    inbox::{Accepted, EventKey, StoreError},
};
use tower_loops_sql::postgres::inbox::ACCEPT;

use crate::{
    batch::Batched,
    call::Call,
    connection::Connections,
    inbox::{notifier::Notifier, rows},
};

#[derive(Clone)]
pub(super) struct Accepts {
    pub(super) connections: Connections,
    pub(super) notifier: Notifier,
}

impl Batched for Accepts {
    type Operation = (EventKey, StoredEvent);
    type Outcome = Accepted;

    const MOST: usize = 512;

    fn connections(&self) -> &Connections {
        &self.connections
    }

    fn key((key, _): &Self::Operation) -> &EventKey {
        key
    }

    fn size((_, event): &Self::Operation) -> usize {
        event.payload().len()
    }

    async fn alone(&self, client: Client, event: &Self::Operation) -> Result<Accepted, StoreError> {
        let accepted = self.store(client, &[event]).await?;
        Ok(accepted.first().copied().unwrap_or(Accepted::Known))
    }

    async fn together(
        &self,
        client: Client,
        events: &[Arc<Self::Operation>],
    ) -> Result<Vec<Option<Accepted>>, StoreError> {
        let events: Vec<_> = events.iter().map(|event| &**event).collect();
        let accepted = self.store(client, &events).await?;
        Ok(accepted.into_iter().map(Some).collect())
    }
}

impl Accepts {
    /// Stores the events. Of several deliveries of one event, only the first is `New`.
    async fn store(
        &self,
        client: Client,
        events: &[&(EventKey, StoredEvent)],
    ) -> Result<Vec<Accepted>, StoreError> {
        let call = call(events);
        let client = &mut Some(client);
        let rows = self.connections.run(client, &call, &rows::all).await?;
        if !rows.is_empty() {
            self.notifier.notify();
        }
        let mut new: HashSet<_> = rows.iter().map(rows::key).collect();
        let mut accepted = Vec::with_capacity(events.len());
        for (key, _) in events {
            accepted.push(match new.remove(&(key.namespace(), key.id())) {
                true => Accepted::New,
                false => Accepted::Known,
            });
        }
        Ok(accepted)
    }
}

/// The events are sorted by key. No key may be in the statement twice.
fn call(events: &[&(EventKey, StoredEvent)]) -> Call {
    let (mut namespaces, mut ids, mut payloads) = (Vec::new(), Vec::new(), Vec::new());
    let (mut received, mut signed, mut indexes) = (Vec::new(), Vec::new(), Vec::new());
    let mut last = None;
    for (key, event) in events {
        if last.replace(key) != Some(key) {
            namespaces.push(key.namespace().to_owned());
            ids.push(key.id().to_owned());
            received.push(rows::bounded(event.received_at()));
            signed.push(rows::bounded(event.signed_at()));
            indexes.push(i32::try_from(event.secret_index()).unwrap_or(i32::MAX));
            payloads.push(event.payload().to_vec());
        }
    }
    Call::new(|_| ACCEPT)
        .with(namespaces, Type::TEXT_ARRAY)
        .with(ids, Type::TEXT_ARRAY)
        .with(received, Type::TIMESTAMPTZ_ARRAY)
        .with(signed, Type::TIMESTAMPTZ_ARRAY)
        .with(indexes, Type::INT4_ARRAY)
        .with(payloads, Type::BYTEA_ARRAY)
}
