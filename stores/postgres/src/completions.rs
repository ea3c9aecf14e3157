//! The completions of a store.

use std::{collections::HashSet, sync::Arc};

use deadpool_postgres::Client;
use tokio_postgres::{Error, Row};
use tower_loops::idempotency::{Completion, EventKey, Retention, StoreError, Token};

use crate::{batch::Batched, call::Call, connection::Connections};

pub(crate) struct CompletionOf {
    pub(crate) key: EventKey,
    pub(crate) token: Token,
    pub(crate) retention: Retention,
}

#[derive(Clone)]
pub(crate) struct Completions(pub(crate) Connections);

impl Batched for Completions {
    type Operation = CompletionOf;
    type Outcome = Completion;

    const MOST: usize = 64;

    fn connections(&self) -> &Connections {
        &self.0
    }

    fn key(operation: &CompletionOf) -> &EventKey {
        &operation.key
    }

    async fn alone(
        &self,
        client: Client,
        operation: &CompletionOf,
    ) -> Result<Completion, StoreError> {
        let call =
            |sql| Call::of(sql, &operation.key, operation.token).with_time(operation.retention);
        let client = &mut Some(client);
        let is_some = |rows: Vec<Row>| Ok(Some(!rows.is_empty()));
        let held = call(|sql| &sql.complete_held);
        if self.0.run(client, &held, &is_some).await? {
            return Ok(Completion::Held);
        }
        let was_held = |rows: Vec<Row>| rows.first().map(|row| row.try_get(0)).transpose();
        let complete = call(|sql| &sql.complete);
        Ok(match self.0.run(client, &complete, &was_held).await? {
            true => Completion::Held,
            false => Completion::LeaseLost,
        })
    }

    /// Batches the completions with the first one's retention, at most one per key. The rest run
    /// alone, as do those that the batch does not find held.
    async fn together(
        &self,
        client: Client,
        operations: &[Arc<CompletionOf>],
    ) -> Result<Vec<Option<Completion>>, StoreError> {
        let Some(first) = operations.first() else {
            return Ok(Vec::new());
        };
        let mut last = None;
        let together: Vec<bool> = operations
            .iter()
            .map(|one| one.retention == first.retention && last.replace(&one.key) != Some(&one.key))
            .collect();
        let keys = operations
            .iter()
            .zip(&together)
            .filter(|(_, together)| **together);
        let keys = keys.map(|(one, _)| (&one.key, one.token));
        let call = Call::of_many(|sql| &sql.complete_held_batch, keys).with_time(first.retention);
        let read = |rows: Vec<Row>| {
            let held = rows
                .iter()
                .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)));
            let held = held.collect::<Result<HashSet<(&str, &str)>, Error>>()?;
            let completion = |(one, together): (&Arc<CompletionOf>, &bool)| {
                let is_held = *together && held.contains(&(one.key.namespace(), one.key.id()));
                is_held.then_some(Completion::Held)
            };
            Ok(Some(
                operations.iter().zip(&together).map(completion).collect(),
            ))
        };
        self.0.run(&mut Some(client), &call, &read).await
    }
}
