//! The summary of all deliveries of a run.

use serde::Serialize;

use super::Delivered;
use crate::{
    client::{Answer, NoAnswer},
    endpoint::Endpoint,
    exit::CannotRun,
    output::Output,
};

/// Prints deliveries as they are answered, and counts them.
pub(crate) struct Report<'a> {
    output: Output,
    endpoint: &'a Endpoint,
    summary: Summary,
}

impl<'a> Report<'a> {
    pub(crate) fn new(output: Output, endpoint: &'a Endpoint) -> Self {
        Self {
            output,
            endpoint,
            summary: Summary::default(),
        }
    }

    /// An error if already the first delivery finds no server.
    pub(crate) fn add(
        &mut self,
        sent: &[u8],
        result: Result<Answer, NoAnswer>,
    ) -> Result<Delivered, CannotRun> {
        if let (0, Err(error @ NoAnswer::Unreachable(_))) = (self.summary.sent, &result) {
            let endpoint = self.endpoint;
            return Err(CannotRun::new(format!(
                "cannot connect to {endpoint}: {error}"
            )));
        }
        let delivered = Delivered::new(sent, result);
        self.summary.add(&delivered);
        self.output.show(&delivered, || delivered.text());
        Ok(delivered)
    }

    /// Prints the summary, unless it is that of one delivery.
    pub(crate) fn finish(&self, planned: usize) {
        if planned > 1 && self.summary.sent > 0 {
            self.output.show(&self.summary, || self.summary.text());
        }
    }

    pub(crate) fn all_accepted(&self) -> bool {
        self.summary.accepted == self.summary.sent
    }
}

/// All deliveries of a run.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Summary {
    sent: u32,
    accepted: u32,
    rejected: u32,
    unanswered: u32,
}

impl Summary {
    fn add(&mut self, delivered: &Delivered) {
        self.sent += 1;
        match delivered.status() {
            Some(200..=299) => self.accepted += 1,
            Some(_) => self.rejected += 1,
            None => self.unanswered += 1,
        }
    }

    fn text(&self) -> String {
        let Self {
            sent,
            accepted,
            rejected,
            unanswered,
        } = self;
        format!(
            "{sent} sent: {accepted} accepted, {rejected} rejected, {unanswered} without answer"
        )
    }
}
