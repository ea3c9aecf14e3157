//! Where the secret comes from: the environment or a file, never an argument.

use std::{env, fs, path::PathBuf};

use tower_loops::Secret;

use crate::exit::CannotRun;

const VARIABLE: &str = "LOOPS_WEBHOOK_SECRET";

#[derive(Debug, clap::Args)]
pub(crate) struct SecretArguments {
    /// Environment variable with the secret
    #[arg(long, value_name = "NAME", default_value = VARIABLE)]
    secret_env: String,
    /// File with the secret; one line break at its end is removed
    #[arg(long, value_name = "FILE", conflicts_with = "secret_env")]
    secret_file: Option<PathBuf>,
}

impl SecretArguments {
    pub(crate) fn read(&self) -> Result<Secret, CannotRun> {
        Ok(match &self.secret_file {
            Some(path) => Secret::from_file(path),
            None => Secret::from_env(&self.secret_env),
        }?)
    }
}

/// The secrets as they are configured, which may be the fault that is looked for.
#[derive(Debug, clap::Args)]
pub(crate) struct UnmodifiedSecretArguments {
    /// Environment variable with the secret, repeatable [default: LOOPS_WEBHOOK_SECRET]
    #[arg(long, value_name = "NAME")]
    secret_env: Vec<String>,
    /// File with the secret, repeatable. Every byte counts, a line break at the end too
    #[arg(long, value_name = "FILE")]
    secret_file: Vec<PathBuf>,
}

impl UnmodifiedSecretArguments {
    /// At least one.
    pub(crate) fn read(&self) -> Result<(Secret, Vec<Secret>), CannotRun> {
        let default = (self.secret_env.is_empty() && self.secret_file.is_empty())
            .then(|| VARIABLE.to_owned());
        let variables = self.secret_env.iter().chain(&default);
        let mut secrets = variables
            .map(|variable| from_variable(variable))
            .chain(self.secret_file.iter().map(from_file))
            .collect::<Result<Vec<_>, _>>()?;
        let first = secrets.remove(0);
        Ok((first, secrets))
    }
}

fn from_variable(variable: &str) -> Result<Secret, CannotRun> {
    let Some(value) = env::var_os(variable) else {
        return Err(Secret::from_env(variable).map_or_else(Into::into, |_| {
            CannotRun::new(format!("the environment variable {variable} changed"))
        }));
    };
    Secret::new(value.into_encoded_bytes()).map_err(|_| {
        CannotRun::new(format!(
            "the environment variable {variable} is empty: anyone can sign with an empty secret"
        ))
    })
}

fn from_file(path: &PathBuf) -> Result<Secret, CannotRun> {
    let content = fs::read(path).map_err(|error| {
        CannotRun::new(format!(
            "cannot read the secret file {}: {error}",
            path.display()
        ))
    })?;
    Secret::new(content).map_err(|_| {
        CannotRun::new(format!(
            "the secret file {} is empty: anyone can sign with an empty secret",
            path.display()
        ))
    })
}
