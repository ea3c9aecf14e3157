//! `explain`: why a captured delivery is not accepted.

use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use tower_loops::{
    SIGNATURE_HEADER,
    explain::{Explainer, Explanation},
};

use crate::{
    exit::{CannotRun, Outcome},
    output::{BAD, BOLD, GOOD, Output, folded, styled},
    secret::UnmodifiedSecretArguments,
    send,
};

const EXAMPLES: &str = "\
Examples:
  tower-loops explain --signature 't=1763997811,v1=5257a8…' \\
      --body body.json --at 1763997812
  tower-loops explain --signature \"$HEADER\" --body body.json \\
      --secret-env LOOPS_WEBHOOK_SECRET --secret-env LOOPS_SECRET_OLD";

/// Say why a captured delivery is not accepted
///
/// Undoes the known causes one by one, two at once where that is cheap, and names what makes the
/// signature match. Reports nothing of the secret.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Arguments {
    /// Value of the X-Loops-Signature header; once for each such line, none if there was none
    #[arg(long, value_name = "HEADER")]
    signature: Vec<String>,
    /// File with the body exactly as received; `-` is stdin
    #[arg(long, value_name = "FILE")]
    body: PathBuf,
    /// When the delivery arrived, in seconds since 1970 [default: now]
    #[arg(long, value_name = "UNIX")]
    at: Option<u64>,
    #[command(flatten)]
    secret: UnmodifiedSecretArguments,
}

pub(crate) fn run(arguments: &Arguments, output: Output) -> Result<Outcome, CannotRun> {
    let (first, additional) = arguments.secret.read()?;
    let body = send::read(&arguments.body)?;
    let at = match arguments.at {
        None => SystemTime::now(),
        Some(seconds) => SystemTime::UNIX_EPOCH
            .checked_add(Duration::from_secs(seconds))
            .ok_or_else(|| CannotRun::new("--at is beyond what a clock can tell"))?,
    };
    let explainer = additional
        .into_iter()
        .fold(Explainer::new(first), Explainer::with_additional_secret);
    let lines = arguments
        .signature
        .iter()
        .map(|line| value(line).as_bytes());
    let explanation = explainer.explain(lines, &body, at);
    output.show(&explanation, || text(&explanation));
    Ok(Outcome::success_if(explanation.is_valid()))
}

/// The value alone, if the whole header line was copied.
fn value(line: &str) -> &str {
    match line.split_once(':') {
        Some((name, value)) if name.trim().eq_ignore_ascii_case(SIGNATURE_HEADER.as_str()) => {
            value.trim()
        }
        _ => line,
    }
}

/// The findings as people read them.
pub(crate) fn text(explanation: &Explanation) -> String {
    let mut text = if explanation.is_valid() {
        styled(GOOD, "✓ valid")
    } else {
        styled(BAD, "✗ invalid")
    };
    for finding in explanation.findings() {
        let cause = styled(BOLD, finding.cause().as_str());
        let detail = folded(finding.detail(), "    ");
        text.push_str(&format!("\n  {cause}\n{detail}"));
    }
    text
}
