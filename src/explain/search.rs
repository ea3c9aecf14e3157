//! Tries keys and bodies until one makes the signature match.

use std::ops::ControlFlow;

use super::{
    Cause, Finding, bodies,
    delivery::Delivery,
    secrets::{Reading, readings},
};
use crate::secret::Secret;

/// The causes that together make the signature match; none if it matches as it is.
pub(super) fn search(secrets: &[Secret], delivery: &mut Delivery<'_>) -> Option<Vec<Finding>> {
    let body = delivery.body;
    for (index, secret) in secrets.iter().enumerate() {
        if let Some(findings) = delivery.explained_by(secret.expose(), body) {
            return Some([findings, other(index)].concat());
        }
    }
    let configured: Vec<&[u8]> = secrets.iter().map(Secret::expose).collect();
    if let Some(findings) = changed(delivery, &configured) {
        return Some(findings);
    }
    let readings: Vec<Reading> = (configured.iter())
        .flat_map(|secret| readings(secret))
        .collect();
    for Reading { key, finding } in &readings {
        if let Some(findings) = delivery.explained_by(key, body) {
            return Some([findings, vec![finding.clone()]].concat());
        }
    }
    for Reading { key, finding } in &readings {
        if let Some(findings) = changed(delivery, &[key]) {
            return Some([findings, vec![finding.clone()]].concat());
        }
    }
    let body = delivery.body;
    let search = bodies::for_each_pair(body, |original, causes| {
        attempt(delivery, &configured, original, causes)
    });
    search.break_value().flatten()
}

/// Tries these keys on each body that may have been signed.
fn changed(delivery: &mut Delivery<'_>, keys: &[&[u8]]) -> Option<Vec<Finding>> {
    let body = delivery.body;
    let search = bodies::for_each(body, |original, causes| {
        attempt(delivery, keys, original, causes)
    });
    search.break_value().flatten()
}

/// Breaks with the findings if one of the keys explains this body, or with nothing if all attempts
/// are used up.
fn attempt(
    delivery: &mut Delivery<'_>,
    keys: &[&[u8]],
    original: &[u8],
    causes: &[Finding],
) -> ControlFlow<Option<Vec<Finding>>> {
    for (index, key) in keys.iter().enumerate() {
        if !delivery.can_go_on() {
            return ControlFlow::Break(None);
        }
        if let Some(findings) = delivery.signed_whole(key, original) {
            let found = [causes.to_vec(), findings, other(index)].concat();
            return ControlFlow::Break(Some(found));
        }
    }
    ControlFlow::Continue(())
}

fn other(index: usize) -> Vec<Finding> {
    let detail = || {
        format!(
            "the secret that matches is number {} of those given",
            index + 1
        )
    };
    let finding = (index > 0).then(|| Finding::new(Cause::SecretOther, detail()));
    finding.into_iter().collect()
}
