//! The suite and its settings.

use std::{borrow::Borrow, fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body::Body;
use http_body_util::Full;
use tokio::time::Instant;
use tower_loops::{BoxError, Secret};
use tower_service::Service;

use crate::{
    checks,
    concern::Concern,
    effects::{Effects, Probe},
    endpoint::Endpoint,
    error::RunError,
    finding::Finding,
    first::{self, First},
    in_process::InProcess,
    loops::Loops,
    report::{CheckResult, Summary, Verdict},
    run::Run,
};

/// How long a whole run may take.
const DEADLINE: Duration = Duration::from_secs(60);

/// The suite, set up for one receiver.
///
/// A run starts with a genuine delivery. If it is not accepted, that is the only result. If it has
/// no counted effect, every run fails, also one that is limited to some concerns.
#[derive(Clone)]
#[must_use = "a suite does nothing until it is run"]
pub struct Suite {
    secret: Secret,
    timeout: Duration,
    uri: Uri,
    probe: Option<Probe>,
    only: Vec<Concern>,
}

impl Suite {
    /// Signs with the secret that the receiver accepts.
    pub fn new(secret: impl Borrow<Secret>) -> Self {
        Self {
            secret: secret.borrow().clone(),
            timeout: Duration::from_secs(10),
            uri: Uri::from_static("/api/webhooks/loops"),
            probe: None,
            only: Vec::new(),
        }
    }

    /// How long the response to one delivery may take. Default: 10 s.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }

    /// The request target of deliveries to a service in [`run`](Self::run). Default:
    /// `/api/webhooks/loops`.
    pub fn with_uri(self, uri: Uri) -> Self {
        Self { uri, ..self }
    }

    /// Counts side effects: the probe returns how many there were so far, such as fulfilled orders.
    /// With it, a forgery that is rejected *and* handled fails, a genuine charge that is
    /// acknowledged and not handled fails, and duplicates are counted.
    pub fn with_effects<P, F>(self, probe: P) -> Self
    where
        P: Fn() -> F + Send + Sync + 'static,
        F: Future<Output = Result<u64, BoxError>> + Send + 'static,
    {
        let probe: Probe = Arc::new(move || Box::pin(probe()));
        Self {
            probe: Some(probe),
            ..self
        }
    }

    /// Runs the checks of this concern only; of several, if it is called again. Default: all.
    pub fn only(mut self, concern: Concern) -> Self {
        self.only.push(concern);
        self
    }

    /// Runs the suite against a service in this process, and hands on each result as it comes.
    ///
    /// Checks that need a connection are skipped: bodies in pieces, slow or undeclared ones. A
    /// panic of the service counts as a response that never comes. Needs a tokio runtime with a
    /// timer.
    pub async fn run<S, B>(&self, service: S, on_result: impl FnMut(CheckResult)) -> Summary
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>, Error: Into<BoxError>>,
        S: Clone + Send + 'static,
        S::Future: Send + 'static,
        B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
    {
        let endpoint = InProcess::new(service, self.uri.clone());
        let mut on_result = on_result;
        let done = self.run_on(Arc::new(endpoint), &mut on_result).await;
        done.unwrap_or_else(|error| {
            on_result(first::not_run(&error));
            Summary {
                failed: 1,
                ..Summary::default()
            }
        })
    }

    /// Runs the suite against a receiver at a URL, and hands on each result as it comes. It takes a
    /// minute at most, and sends 40 MB at most.
    ///
    /// # Errors
    ///
    /// If the first connection cannot be made, or the first count of effects fails. A receiver that
    /// is lost later has failed a check.
    #[cfg(feature = "http")]
    pub async fn run_at(
        &self,
        target: &crate::target::Target,
        mut on_result: impl FnMut(CheckResult),
    ) -> Result<Summary, RunError> {
        let endpoint = Arc::new(target.clone());
        self.run_on(endpoint, &mut on_result).await
    }

    /// Runs the suite against a service in this process, for a `#[test]`.
    ///
    /// # Panics
    ///
    /// If a check fails; the message lists those that do.
    pub async fn assert_passes<S, B>(&self, service: S)
    where
        S: Service<Request<Full<Bytes>>, Response = Response<B>, Error: Into<BoxError>>,
        S: Clone + Send + 'static,
        S::Future: Send + 'static,
        B: Body<Data: Send, Error: Into<BoxError>> + Send + 'static,
    {
        let mut failed = String::new();
        let note = |result: CheckResult| {
            if result.verdict == Verdict::Fail {
                let CheckResult {
                    concern,
                    check,
                    sent,
                    expected,
                    got,
                    why,
                    advice,
                    ..
                } = result;
                failed += &format!(
                    "\n{concern}: {check}\n  sent: {sent}\n  expected: {expected}\n  got: {got}\n  {why}\n  {advice}"
                );
            }
        };
        self.run(service, note).await;
        assert!(failed.is_empty(), "the receiver fails:{failed}");
    }

    async fn run_on(
        &self,
        endpoint: Arc<dyn Endpoint>,
        on_result: &mut impl FnMut(CheckResult),
    ) -> Result<Summary, RunError> {
        let effects = self.probe.clone();
        let mut run = Run {
            endpoint,
            loops: Loops::new(&self.secret),
            first: String::new(),
            effects: effects.map(Effects::new),
            timeout: self.timeout,
            deadline: Instant::now() + DEADLINE,
            rejects_badly: false,
            is_slow: false,
            is_gone: false,
            seen: Vec::new(),
        };
        let mut summary = Summary::default();
        let mut out_of_time = 0;
        let mut report = |result: CheckResult| {
            summary.count(result.verdict);
            on_result(result);
        };
        match first::deliver(&mut run).await? {
            // What is wrong with the first delivery says what the other results are worth.
            First::Accepted(result)
                if result.verdict == Verdict::Fail || self.is_wanted(result.concern) =>
            {
                report(result);
            }
            First::Accepted(_) => {}
            First::Stop(result) => {
                report(result);
                return Ok(summary);
            }
        }

        for concern in Concern::ALL.into_iter().filter(|one| self.is_wanted(*one)) {
            let checks = checks::of(concern);
            let passed = run.pass_together(checks).await;
            for (check, passed) in checks.iter().zip(passed) {
                let found = match passed {
                    Some(got) => Ok(got),
                    None => check.run(&mut run, concern).await,
                };
                out_of_time += usize::from(matches!(found, Err(Finding::Over)));
                report(check.result(concern, found));
            }
        }
        summary.out_of_time = out_of_time;
        Ok(summary)
    }

    fn is_wanted(&self, concern: Concern) -> bool {
        self.only.is_empty() || self.only.contains(&concern)
    }
}

impl fmt::Debug for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Suite")
            .field("timeout", &self.timeout)
            .field("uri", &self.uri)
            .field("counts_effects", &self.probe.is_some())
            .field("only", &self.only)
            .finish_non_exhaustive()
    }
}
