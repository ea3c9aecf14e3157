//! Counts the side effects of the endpoint, by a URL or a command.

use std::{process::Stdio, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Method, StatusCode};
use tokio::{process::Command, time::timeout};
use tower_loops::BoxError;
use tower_loops_check::Suite;

use super::Arguments;
use crate::{client::Client, endpoint::Endpoint, exit::CannotRun, text::excerpt};

const TIMEOUT: Duration = Duration::from_secs(5);

/// The suite with the count that the arguments name, if any.
pub(super) fn counted(suite: Suite, arguments: &Arguments) -> Result<Suite, CannotRun> {
    if let Some(endpoint) = arguments.effects_url.clone() {
        let client = Client::new(TIMEOUT, endpoint.uri())?;
        return Ok(suite.with_effects(move || by_url(client.clone(), endpoint.clone())));
    }
    if let Some(command) = arguments.effects_command.clone() {
        return Ok(suite.with_effects(move || by_command(command.clone())));
    }
    Ok(suite)
}

async fn by_url(client: Client, endpoint: Endpoint) -> Result<u64, BoxError> {
    let uri = endpoint.uri().clone();
    let answer = client
        .send(Method::GET, uri, HeaderMap::new(), Bytes::new())
        .await;
    let answer = answer.map_err(|error| format!("{endpoint} does not answer: {error}"))?;
    if answer.status != StatusCode::OK {
        return Err(format!("{endpoint} answers {}", answer.status).into());
    }
    number(&answer.body).map_err(|got| format!("{endpoint} answers {got}").into())
}

async fn by_command(command: String) -> Result<u64, BoxError> {
    let (shell, flag) = if cfg!(windows) {
        ("cmd", "/C")
    } else {
        ("sh", "-c")
    };
    let output = Command::new(shell)
        .args([flag, &command])
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = timeout(TIMEOUT, output)
        .await
        .map_err(|_| format!("{command:?} takes longer than {} s", TIMEOUT.as_secs()))?
        .map_err(|error| format!("cannot run {command:?}: {error}"))?;
    if !output.status.success() {
        let error = String::from_utf8_lossy(&output.stderr);
        let error = excerpt(error.trim(), 200);
        return Err(format!("{command:?} fails with {}: {error}", output.status).into());
    }
    number(&output.stdout).map_err(|got| format!("{command:?} prints {got}").into())
}

/// Plain digits; else says what they are not.
fn number(text: &[u8]) -> Result<u64, String> {
    let text = String::from_utf8_lossy(text);
    let text = text.trim();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    (text.parse().ok().filter(|_| is_plain))
        .ok_or_else(|| format!("{:?}: a number is expected", excerpt(text, 60)))
}
