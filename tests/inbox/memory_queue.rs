//! A queue in memory for tests. It is not durable, so not for production. It fails on demand.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use tokio::{sync::Notify, time::Instant};
use tower_loops::{
    StoredEvent,
    inbox::{
        Accepted, Counts, DeadEvent, EventKey, Inbox, Outcome, Queue, StoreError, StoreErrorKind,
        Taken, Token,
    },
};

use crate::memory_row::{Row, State};

pub(crate) type MemoryQueue = Arc<Shared>;

#[derive(Default)]
pub(crate) struct Shared {
    rows: Mutex<Vec<Row>>,
    arrived: Notify,
    /// Finishes and extensions fail.
    pub(crate) is_down: AtomicBool,
    /// The answers of this many takes are lost.
    pub(crate) lost_takes: AtomicUsize,
    pub(crate) takes: AtomicUsize,
}

impl Shared {
    pub(crate) fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    fn check(&self) -> Result<(), StoreError> {
        let is_down = self.is_down.load(Ordering::SeqCst);
        if is_down { Err(lost()) } else { Ok(()) }
    }

    fn rows(&self) -> MutexGuard<'_, Vec<Row>> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn with_row(&self, key: &EventKey, change: impl FnOnce(&mut Row) -> bool) -> bool {
        let mut rows = self.rows();
        let row = rows.iter_mut().find(|row| row.key == *key);
        row.is_some_and(change)
    }
}

fn lost() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "the answer is lost")
}

impl Inbox for Shared {
    async fn accept(&self, key: &EventKey, event: &StoredEvent) -> Result<Accepted, StoreError> {
        let mut rows = self.rows();
        if rows.iter().any(|row| row.key == *key) {
            return Ok(Accepted::Known);
        }
        rows.push(Row {
            key: key.clone(),
            event: event.clone(),
            state: State::Pending(Some(Instant::now())),
            token: None,
            attempts: 0,
            accepted_at: (Instant::now(), SystemTime::now()),
            last_error: None,
        });
        self.arrived.notify_one();
        Ok(Accepted::New)
    }
}

impl Queue for Shared {
    async fn take(
        &self,
        token: Token,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<Taken>, StoreError> {
        self.takes.fetch_add(1, Ordering::SeqCst);
        let (mut rows, now) = (self.rows(), Instant::now());
        let is_due =
            |row: &&mut Row| row.due().is_some_and(|due| due <= now) || row.is_held_by(token);
        let mut chosen: Vec<&mut Row> = rows.iter_mut().filter(is_due).collect();
        chosen.sort_by_key(|row| (row.attempts == 0, row.due()));
        // Half of them are repeated ones, unless too few are new.
        let odd = limit % 2 * usize::from(token.as_bytes()[0] % 2);
        let repeated = chosen.iter().take_while(|row| row.attempts > 0).count();
        let late = repeated.saturating_sub(limit / 2 + odd);
        chosen[repeated - late..].rotate_left(late);
        chosen.sort_by_key(|row| !row.is_held_by(token));
        let take = |row: &mut Row| {
            row.attempts += u32::from(!row.is_held_by(token));
            row.state = State::Pending(now.checked_add(lease));
            row.token = Some(token);
            Taken {
                key: row.key.clone(),
                event: row.event.clone(),
                attempt: row.attempts,
                accepted_at: row.accepted_at.1,
                last_error: row.last_error.clone(),
            }
        };
        let taken = chosen.into_iter().take(limit).map(take).collect();
        let (order, less) = (Ordering::SeqCst, |lost: usize| lost.checked_sub(1));
        let is_lost = self.lost_takes.fetch_update(order, order, less).is_ok();
        if is_lost { Err(lost()) } else { Ok(taken) }
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        self.check()?;
        Ok(self.with_row(key, |row| {
            let is_held = row.is_held_by(token);
            if is_held {
                row.state = State::Pending(Instant::now().checked_add(lease));
            }
            is_held
        }))
    }

    async fn finish(
        &self,
        key: &EventKey,
        token: Token,
        outcome: &Outcome,
    ) -> Result<bool, StoreError> {
        self.check()?;
        Ok(self.with_row(key, |row| {
            if let Outcome::Done = outcome {
                let is_mine = row.token == Some(token) && !matches!(row.state, State::Dead(_));
                row.state = State::Handled;
                return is_mine;
            }
            let is_held = row.is_held_by(token);
            match outcome {
                Outcome::Retry { after, error } if is_held => {
                    row.wait(Instant::now().checked_add(*after));
                    row.last_error = Some(error.clone());
                }
                Outcome::Released if is_held => {
                    row.wait(Some(Instant::now()));
                    row.attempts -= 1;
                }
                Outcome::Dead { error } if is_held => {
                    row.state = State::Dead(SystemTime::now());
                    row.last_error = Some(error.clone());
                }
                _ => {}
            }
            is_held
        }))
    }

    async fn notified(&self) {
        self.arrived.notified().await;
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        let (rows, now) = (self.rows(), Instant::now());
        let mut counts = Counts::default();
        for row in &*rows {
            match row.state {
                State::Handled => {}
                State::Dead(_) => counts.dead += 1,
                State::Pending(due) if row.token.is_some() && due.is_none_or(|due| due > now) => {
                    counts.running += 1;
                }
                State::Pending(_) => {
                    counts.waiting += 1;
                    counts.oldest_waiting =
                        counts.oldest_waiting.max(Some(now - row.accepted_at.0));
                }
            }
        }
        Ok(counts)
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadEvent>, StoreError> {
        let rows = self.rows();
        let dead = rows.iter().filter_map(|row| {
            let State::Dead(died_at) = row.state else {
                return None;
            };
            Some(DeadEvent {
                key: row.key.clone(),
                event: row.event.clone(),
                attempts: row.attempts,
                accepted_at: row.accepted_at.1,
                died_at,
                error: row.last_error.clone().unwrap_or_default(),
            })
        });
        Ok(dead.take(limit).collect())
    }

    async fn redrive(&self, key: &EventKey) -> Result<bool, StoreError> {
        let redriven = self.with_row(key, |row| {
            let is_dead = matches!(row.state, State::Dead(_));
            if is_dead {
                row.wait(Some(Instant::now()));
                row.attempts = 0;
            }
            is_dead
        });
        self.arrived.notify_one();
        Ok(redriven)
    }

    async fn redrive_all(&self) -> Result<u64, StoreError> {
        let keys: Vec<_> = self.dead(usize::MAX).await?;
        for event in &keys {
            self.redrive(&event.key).await?;
        }
        Ok(keys.len() as u64)
    }
}
