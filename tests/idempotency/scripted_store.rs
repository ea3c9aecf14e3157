//! The one test double: a store that counts its calls, and fails, hangs or is late on command.

use std::{
    future::{Future, pending},
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::time::sleep;
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, MemoryStore, Retention, StoreError, StoreErrorKind,
    Token,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Claim,
    Extend,
    Complete,
    Release,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mood {
    #[default]
    Works,
    Fails,
    Hangs,
    /// Takes effect, but its reply is lost.
    WorksAndHangs,
    /// Takes effect after this time.
    IsLate(Duration),
    /// Takes effect, and replies after this time.
    AnswersLate(Duration),
    /// A claim takes effect after this time, and its reply is lost, as if the engine had paused.
    IsMadeAfter(Duration),
    /// Takes effect, and blocks its thread for this time, which no timer can end.
    Blocks(Duration),
    /// Fails without effect, as a store that is full does.
    Rejects,
    Panics,
}

/// A memory store behind a script. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct ScriptedStore {
    pub(crate) memory: MemoryStore,
    script: Arc<Mutex<[(Mood, usize); 4]>>,
}

impl ScriptedStore {
    pub(crate) fn set(&self, op: Op, mood: Mood) {
        self.script.lock().expect("not poisoned")[op as usize].0 = mood;
    }

    pub(crate) fn count(&self, op: Op) -> usize {
        self.script.lock().expect("not poisoned")[op as usize].1
    }

    pub(crate) fn counts(&self) -> [usize; 4] {
        self.script.lock().expect("not poisoned").map(|(_, n)| n)
    }

    /// Sets the mood of every operation.
    pub(crate) fn set_all(&self, mood: Mood) {
        for op in [Op::Claim, Op::Extend, Op::Complete, Op::Release] {
            self.set(op, mood);
        }
    }

    async fn act<T>(
        &self,
        op: Op,
        work: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let mood = {
            let (mood, count) = &mut self.script.lock().expect("not poisoned")[op as usize];
            *count += 1;
            *mood
        };
        match mood {
            Mood::Works => work.await,
            Mood::Fails => Err(StoreError::new(StoreErrorKind::Unavailable, "scripted")),
            Mood::Rejects => {
                Err(StoreError::new(StoreErrorKind::Full, "scripted").without_effect())
            }
            Mood::Panics => panic!("scripted panic of the store"),
            Mood::Hangs | Mood::IsMadeAfter(_) => pending().await,
            Mood::IsLate(time) => {
                sleep(time).await;
                work.await
            }
            Mood::AnswersLate(time) => {
                let result = work.await;
                sleep(time).await;
                result
            }
            Mood::Blocks(time) => {
                let result = work.await;
                let start = std::time::Instant::now();
                while start.elapsed() <= time {
                    std::thread::yield_now();
                }
                result
            }
            Mood::WorksAndHangs => {
                let _ = work.await;
                pending().await
            }
        }
    }
}

impl EventStore for ScriptedStore {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let mood = self.script.lock().expect("not poisoned")[Op::Claim as usize].0;
        if let Mood::IsMadeAfter(time) = mood {
            let (memory, key) = (self.memory.clone(), key.clone());
            tokio::spawn(async move {
                sleep(time).await;
                memory.claim(&key, token, lease).await
            });
        }
        let work = self.memory.claim(key, token, lease);
        self.act(Op::Claim, work).await
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let work = self.memory.extend(key, token, lease);
        self.act(Op::Extend, work).await
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        let work = self.memory.complete(key, token, retention);
        self.act(Op::Complete, work).await
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        let work = self.memory.release(key, token);
        self.act(Op::Release, work).await
    }
}
