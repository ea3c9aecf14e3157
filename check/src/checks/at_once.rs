//! One event, delivered many times at the same time.

use std::{sync::Arc, time::Duration};

use tokio::{sync::Barrier, time::sleep};

use crate::{
    delivery::Payload,
    endpoint::BoxFuture,
    finding::{Finding, Found},
    run::Run,
    seen::Kind,
};

/// Deliveries of one event at the same time.
const AT_ONCE: usize = 64;

pub(super) fn at_once(run: &mut Run) -> BoxFuture<'_, Found> {
    Box::pin(async {
        let mut got = String::new();
        // A race is not lost each time.
        for _ in 0..2 {
            got = burst(run).await?;
        }
        Ok(got)
    })
}

async fn burst(run: &mut Run) -> Found {
    let before = run.count().await;
    let body = run.loops.charge().to_string();
    let barrier = Arc::new(Barrier::new(AT_ONCE));
    let deliveries = (0..AT_ONCE).map(|_| {
        let held = Payload::Held(body.clone().into(), Arc::clone(&barrier));
        run.loops.genuine(body.clone()).with_body(held)
    });
    let answers = run.deliver_all(deliveries, AT_ONCE).await;
    let mut accepted = 0;
    for answer in answers {
        // No response at all, and Loops sends it again.
        let Ok(answer) = answer else { continue };
        let status = answer.status;
        accepted += usize::from(status.is_success());
        let is_expected = status.is_success() || matches!(status.as_u16(), 409 | 425 | 429 | 503);
        let kind = Kind::Genuine {
            risen: None,
            is_lost: false,
        };
        let got = run.note(kind, &Ok(answer));
        if !is_expected {
            return Err(Finding::Wrong(format!("{got} to one of {AT_ONCE}")));
        }
    }
    let mut later = Err(Finding::Unknown(String::new()));
    for _ in 0..10 {
        // Not signed in the second of the others.
        let delivery = run.loops.signed_ago(body.clone(), 3);
        later = run.accepts(delivery).await;
        if later.is_ok() {
            break;
        }
        sleep(Duration::from_millis(200)).await;
    }
    let later = later.map_err(|finding| finding.to("the later one"))?;
    let got = format!("2xx to {accepted} of {AT_ONCE}, then {later}");
    run.is_handled_once(before, got).await
}
