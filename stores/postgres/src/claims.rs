//! The claims of a store.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use deadpool_postgres::Client;
use tokio_postgres::{Error, Row, types::Type};
use tower_loops::idempotency::{Claim, EventKey, StoreError, Token};
use tower_loops_sql::seconds;

use crate::{batch::Batched, call::Call, connection::Connections};

pub(crate) struct ClaimOf {
    pub(crate) key: EventKey,
    pub(crate) token: Token,
    pub(crate) lease: Duration,
}

#[derive(Clone)]
pub(crate) struct Claims {
    connections: Connections,
    /// Whether a batch looks for duplicates before it inserts. After a batch of duplicates alone,
    /// such as an outage of the sender brings, the next is likely to be the same.
    looks_first: Arc<AtomicBool>,
}

impl Batched for Claims {
    type Operation = ClaimOf;
    type Outcome = Claim;

    const MOST: usize = 64;

    fn connections(&self) -> &Connections {
        &self.connections
    }

    fn key(operation: &ClaimOf) -> &EventKey {
        &operation.key
    }

    async fn alone(&self, client: Client, operation: &ClaimOf) -> Result<Claim, StoreError> {
        let call = Call::of(|sql| &sql.claim, &operation.key, operation.token);
        let call = call.with_time(operation.lease);
        let call = call.unless(&[|sql| &sql.claim_absent, |sql| &sql.find_taken]);
        let read = |rows: Vec<Row>| rows.first().map(|row| read(row, 0)).transpose();
        self.connections.run(&mut Some(client), &call, &read).await
    }

    async fn together(
        &self,
        client: Client,
        operations: &[Arc<ClaimOf>],
    ) -> Result<Vec<Option<Claim>>, StoreError> {
        let client = &mut Some(client);
        let all: Vec<&ClaimOf> = operations.iter().map(|claim| &**claim).collect();
        let mut claims;
        if self.looks_first.load(Ordering::Relaxed) {
            let taken = self.find_taken(client, &all).await;
            claims = taken.map_err(StoreError::without_effect)?;
            let open = without_outcome(&all, &claims);
            fill(&mut claims, self.insert(client, &open).await?);
        } else {
            claims = self.insert(client, &all).await?;
            // If the look fails, the rest is claimed one by one. What is claimed stays so.
            let open = without_outcome(&all, &claims);
            let taken = self.find_taken(client, &open).await;
            fill(&mut claims, taken.unwrap_or_default());
        }
        let is_new = |claim: &Option<Claim>| !matches!(claim, Some(Claim::Done));
        (self.looks_first).store(!claims.iter().any(is_new), Ordering::Relaxed);
        Ok(claims)
    }
}

impl Claims {
    pub(crate) fn new(connections: Connections) -> Self {
        Self {
            connections,
            looks_first: Arc::default(),
        }
    }

    async fn insert(
        &self,
        client: &mut Option<Client>,
        operations: &[&ClaimOf],
    ) -> Result<Vec<Option<Claim>>, StoreError> {
        if operations.is_empty() {
            return Ok(Vec::new());
        }
        let keys = operations.iter().map(|claim| (&claim.key, claim.token));
        let leases = operations.iter().map(|claim| seconds(claim.lease));
        let call = Call::of_many(|sql| &sql.claim_absent_batch, keys)
            .with(leases.collect::<Vec<_>>(), Type::FLOAT8_ARRAY);
        let read = |rows: Vec<Row>| {
            let inserted = rows
                .iter()
                .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?)));
            let inserted = inserted.collect::<Result<HashSet<(&str, &str, &[u8])>, Error>>()?;
            let claim = |claim: &&ClaimOf| {
                let (key, token) = (&claim.key, claim.token.as_bytes());
                let claim = (key.namespace(), key.id(), &token[..]);
                inserted.contains(&claim).then_some(Claim::Claimed)
            };
            Ok(Some(operations.iter().map(claim).collect()))
        };
        self.connections.run(client, &call, &read).await
    }

    async fn find_taken(
        &self,
        client: &mut Option<Client>,
        sought: &[&ClaimOf],
    ) -> Result<Vec<Option<Claim>>, StoreError> {
        if sought.is_empty() {
            return Ok(Vec::new());
        }
        let keys = sought.iter().map(|claim| (&claim.key, claim.token));
        let call = Call::of_many(|sql| &sql.find_taken_batch, keys);
        let read = |rows: Vec<Row>| {
            let mut claims = vec![None; sought.len()];
            for row in &rows {
                let position: i64 = row.try_get(0)?;
                let index = usize::try_from(position - 1).unwrap_or(usize::MAX);
                if let Some(claim) = claims.get_mut(index) {
                    *claim = Some(read(row, 1)?);
                }
            }
            Ok(Some(claims))
        };
        self.connections.run(client, &call, &read).await
    }
}

fn without_outcome<'a>(all: &[&'a ClaimOf], claims: &[Option<Claim>]) -> Vec<&'a ClaimOf> {
    let open = all.iter().zip(claims).filter(|(_, claim)| claim.is_none());
    open.map(|(one, _)| *one).collect()
}

/// Gives the claims without an outcome these, in order.
fn fill(claims: &mut [Option<Claim>], outcomes: Vec<Option<Claim>>) {
    let open = claims.iter_mut().filter(|claim| claim.is_none());
    for (claim, outcome) in open.zip(outcomes) {
        *claim = outcome;
    }
}

fn read(row: &Row, column: usize) -> Result<Claim, Error> {
    Ok(match row.try_get(column)? {
        None => Claim::Claimed,
        Some(true) => Claim::Done,
        Some(false) => {
            let remaining: f64 = row.try_get(column + 1)?;
            let retry_after = Duration::try_from_secs_f64(remaining.max(0.0));
            Claim::InFlight {
                retry_after: retry_after.unwrap_or(Duration::MAX),
            }
        }
    })
}
