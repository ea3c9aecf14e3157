//! The service, and the jobs that wait for it to be ready.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    task::{Context, Poll},
};

use tokio::sync::oneshot;
use tower_service::Service;

use crate::{
    box_error::BoxError,
    inbox::{failure::Failure, job::Job},
};

/// The future of the service, or why there is none.
pub(super) type Started<F> = Result<F, Failure>;

pub(super) struct Unready<S: Service<Job>> {
    service: S,
    /// The waiting jobs, and where the future of each goes once the service is called.
    jobs: VecDeque<(Job, oneshot::Sender<Started<S::Future>>)>,
}

impl<S> Unready<S>
where
    S: Service<Job>,
    S::Error: Into<BoxError>,
{
    pub(super) fn new(service: S) -> Self {
        Self {
            service,
            jobs: VecDeque::new(),
        }
    }

    /// Adds a job. Returns where its future comes from, or nothing if the job is released.
    pub(super) fn push(&mut self, job: Job) -> oneshot::Receiver<Started<S::Future>> {
        let (sender, start) = oneshot::channel();
        self.jobs.push_back((job, sender));
        start
    }

    /// Starts jobs while the service is ready. If it fails to be ready, all others are released,
    /// and the error is returned.
    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Result<(), String> {
        while !self.jobs.is_empty() {
            match self.poll_ready(cx) {
                Poll::Pending => break,
                Poll::Ready(Err(error)) => {
                    self.release();
                    return Err(error);
                }
                Poll::Ready(Ok(is_ready)) => self.start(is_ready),
            }
        }
        Ok(())
    }

    /// Asks a service that has failed, before there are jobs for it.
    pub(super) fn probe(&mut self, cx: &mut Context<'_>) -> Result<(), String> {
        match self.poll_ready(cx) {
            Poll::Ready(Err(error)) => Err(error),
            // A panic is not returned here: it counts as the failure of a job.
            Poll::Ready(Ok(_)) | Poll::Pending => Ok(()),
        }
    }

    /// Drops the jobs that have not begun: their events wait again.
    pub(super) fn release(&mut self) {
        self.jobs.clear();
    }

    /// Ready, or the text of the error. `Ok(false)` stands for a panic.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<bool, String>> {
        let service = &mut self.service;
        let ready = AssertUnwindSafe(|| {
            let ready = service.poll_ready(cx);
            ready.map_err(|error| Failure::of(&*error.into()).text)
        });
        match catch_unwind(ready) {
            Ok(ready) => ready.map_ok(|()| true),
            Err(_) => Poll::Ready(Ok(false)),
        }
    }

    fn start(&mut self, is_ready: bool) {
        let Some((job, sender)) = self.jobs.pop_front() else {
            return;
        };
        let service = &mut self.service;
        let started = if is_ready {
            catch_unwind(AssertUnwindSafe(|| service.call(job))).ok()
        } else {
            None
        };
        // Cannot fail: the attempt that waits for this lives as long as the worker.
        let _ = sender.send(started.ok_or_else(Failure::panicked));
    }
}
