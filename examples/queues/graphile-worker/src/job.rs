//! An event as a job.

use graphile_worker::{IntoTaskHandlerResult, TaskHandler, WorkerContext};
use serde::{Deserialize, Serialize};
use tower::{ServiceExt, util::BoxCloneSyncService};
use tower_loops::{BoxError, StoredEvent, VerifiedEvent};

/// What handles the events: any Tower service, with any layers.
pub type Handler = BoxCloneSyncService<VerifiedEvent, (), BoxError>;

/// The payload of a job.
#[derive(Serialize, Deserialize)]
pub struct LoopsEvent(pub(crate) StoredEvent);

impl TaskHandler for LoopsEvent {
    const IDENTIFIER: &'static str = "loops_event";

    async fn run(self, context: WorkerContext) -> impl IntoTaskHandlerResult {
        let handler = context.get_ext::<Handler>().ok_or("no handler")?;
        // Only `GraphileInbox` adds jobs of this name, and it stores verified events.
        let event = self.0.trust()?;
        // The queue keeps the error, as `Debug` writes it.
        handler.clone().oneshot(event).await
    }
}
