//! Runs the suite, and prints each result as it comes.

use std::{error::Error, io::IsTerminal, time::Duration};

use indicatif::{ProgressBar, ProgressStyle};
use tokio::time::Instant;
use tower_loops_check::{RunError, Suite, Summary, Verdict};

use super::{Arguments, effects, loopback, report::Report, target::target};
use crate::{
    exit::{CannotRun, Outcome},
    interrupt::interrupted,
    output::{Output, note},
};

pub(crate) async fn run(arguments: Arguments, output: Output) -> Result<Outcome, CannotRun> {
    let secret = arguments.secret.read()?;
    if !arguments.allow_remote {
        loopback::require(&arguments.url).await?;
    }
    let target = target(&arguments.url)?;
    let suite = Suite::new(secret).with_timeout(arguments.timeout);
    let suite = effects::counted(suite, &arguments)?;
    let suite = (arguments.only.iter()).fold(suite, |suite, concern| suite.only(*concern));

    let start = Instant::now();
    let progress = progress();
    let mut report = Report::new(arguments.verbose);
    let mut so_far = Summary::default();
    let ran = suite.run_at(&target, |result| {
        match result.verdict {
            Verdict::Pass => so_far.passed += 1,
            Verdict::Fail => so_far.failed += 1,
            Verdict::Skipped => so_far.skipped += 1,
        }
        progress.suspend(|| output.show(&result, || report.text(&result)));
        progress.inc(1);
    });
    let result = tokio::select! {
        result = ran => result.map_err(|error| cannot_check(&arguments, &error)),
        () = interrupted() => Err(CannotRun::new("interrupted before the last check")),
    };
    progress.finish_and_clear();
    let summary = match &result {
        Ok(summary) => *summary,
        Err(_) => so_far,
    };
    let is_empty = summary.passed + summary.failed + summary.skipped == 0;
    if !is_empty {
        let seconds = start.elapsed().as_secs_f64();
        output.show(&summary, || report.summary(&summary, seconds));
    }
    if let Some(text) = Report::incomplete(&summary) {
        note(&text);
    }
    result.map(|summary| Outcome::success_if(summary.is_success()))
}

/// Shows that the run goes on, where people look.
fn progress() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let progress = ProgressBar::new_spinner();
    let style = ProgressStyle::with_template("{spinner} {pos} checks done, {elapsed}");
    progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
    progress.enable_steady_tick(Duration::from_millis(200));
    progress
}

fn cannot_check(arguments: &Arguments, error: &RunError) -> CannotRun {
    let url = &arguments.url;
    match error {
        RunError::Unreachable(cause) => CannotRun::new(format!(
            "cannot connect to {url}: {cause}; is the server running?"
        )),
        error => {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            CannotRun::new(format!("{error}: {cause}"))
        }
    }
}
