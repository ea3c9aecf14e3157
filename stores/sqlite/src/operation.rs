//! An operation that waits for the store's thread.

use std::time::Instant;

use rusqlite::{Connection, Result};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tower_loops::idempotency::StoreError;

use crate::priority::Priority;

/// An operation, whatever its answer, and the caller that awaits it.
pub(crate) struct Operation {
    pub(crate) priority: Priority,
    pub(crate) deadline: Instant,
    /// Whether the operation had a chance to run. Until then its deadline does not count: even the
    /// shortest busy timeout fails only if there is something to wait for.
    pub(crate) was_tried: bool,
    pub(crate) work: Box<dyn Work>,
    /// Its place in the queue.
    _permit: OwnedSemaphorePermit,
}

impl Operation {
    pub(crate) fn new(
        priority: Priority,
        deadline: Instant,
        permit: OwnedSemaphorePermit,
        work: impl Work + 'static,
    ) -> Self {
        Self {
            priority,
            deadline,
            was_tried: false,
            work: Box::new(work),
            _permit: permit,
        }
    }

    pub(crate) fn fail(self, error: StoreError) {
        self.work.answer(Err(error));
    }
}

pub(crate) trait Work: Send {
    /// Whether nobody awaits the answer any more.
    fn is_abandoned(&self) -> bool;

    /// Looks for the answer without writing. Returns whether it was found.
    fn read(&mut self, connection: &Connection) -> Result<bool>;

    /// Runs the operation in the transaction of its batch, and keeps the answer.
    ///
    /// Each operation writes with one statement at most (except for the schema, which may be
    /// created in part). SQLite undoes a statement that fails, so an operation needs no savepoint.
    fn write(&mut self, connection: &Connection) -> Result<()>;

    /// Gives the caller the answer that was kept, or the error.
    fn answer(self: Box<Self>, outcome: std::result::Result<(), StoreError>);
}

/// `read` finds the answer without writing, where that is possible. `write` may run again after its
/// transaction was undone.
pub(crate) struct Call<T, R, W> {
    pub(crate) read: R,
    pub(crate) write: W,
    pub(crate) answer: Option<T>,
    pub(crate) caller: oneshot::Sender<std::result::Result<T, StoreError>>,
}

impl<T, R, W> Work for Call<T, R, W>
where
    T: Send,
    R: Fn(&Connection) -> Result<Option<T>> + Send,
    W: Fn(&Connection) -> Result<T> + Send,
{
    fn is_abandoned(&self) -> bool {
        self.caller.is_closed()
    }

    fn read(&mut self, connection: &Connection) -> Result<bool> {
        self.answer = (self.read)(connection)?;
        Ok(self.answer.is_some())
    }

    fn write(&mut self, connection: &Connection) -> Result<()> {
        self.answer = Some((self.write)(connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, outcome: std::result::Result<(), StoreError>) {
        let answer = match (outcome, self.answer) {
            (Ok(()), Some(answer)) => Ok(answer),
            (Err(error), _) => Err(error),
            // Neither read nor run: the dropped sender tells the caller.
            (Ok(()), None) => return,
        };
        // The caller may have been dropped meanwhile.
        let _ = self.caller.send(answer);
    }
}
