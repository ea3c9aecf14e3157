//! Adds to a rejected delivery what is known of the cause, and shows it.

use std::sync::Arc;

use tokio::{
    sync::{mpsc, watch},
    task::spawn_blocking,
};
use tower_loops::{
    SIGNATURE_HEADER,
    explain::{Explainer, Finding},
};

use super::{Received, Shown, journal::Journal, shown::Outcome};
use crate::output::Output;

/// How many deliveries may wait to be shown before none is explained: a flood of forgeries must not
/// delay the answers to genuine deliveries.
const MAX_WAITING: usize = 32;

/// Shows the deliveries in the order in which they are answered, until there are no more. Nothing
/// is explained any more once `stopping` holds.
pub(super) async fn show_all(
    mut answered: mpsc::Receiver<(Shown, Received)>,
    explainer: Explainer,
    journal: Arc<Journal>,
    output: Output,
    mut stopping: watch::Receiver<bool>,
) {
    while let Some((mut shown, received)) = answered.recv().await {
        let is_explained = !is_of_body(shown.reason) && answered.len() < MAX_WAITING;
        if shown.outcome == Outcome::Rejected && is_explained {
            let (explainer, received) = (explainer.clone(), received.clone());
            shown.causes = tokio::select! {
                biased;
                _ = stopping.wait_for(|stopping| *stopping) => Vec::new(),
                causes = spawn_blocking(move || findings(&explainer, &received)) => {
                    causes.unwrap_or_default()
                }
            };
        }
        let shown = journal.add(shown, received);
        output.show(&shown, || shown.text());
    }
}

/// Whether the rejection is about how the body arrived, which leaves nothing to explain.
fn is_of_body(reason: Option<&str>) -> bool {
    matches!(
        reason,
        Some("body_too_large" | "unreadable_body" | "body_timeout")
    )
}

fn findings(explainer: &Explainer, received: &Received) -> Vec<Finding> {
    let lines = received.headers.get_all(SIGNATURE_HEADER);
    let lines = lines.iter().map(http::HeaderValue::as_bytes);
    let explanation = explainer.explain(lines, &received.body, received.at);
    explanation.findings().to_vec()
}
