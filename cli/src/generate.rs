//! Shell completions and man pages.

use std::{
    io::{self, stdout},
    path::PathBuf,
};

use clap::Command;

use crate::exit::{CannotRun, Outcome};

/// Print the completions of a shell
#[derive(Debug, clap::Args)]
pub(crate) struct CompletionsArguments {
    shell: clap_complete::Shell,
}

/// Print the man page, or write those of all commands into a folder
#[derive(Debug, clap::Args)]
pub(crate) struct ManArguments {
    #[arg(value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

pub(crate) fn completions(
    arguments: &CompletionsArguments,
    mut command: Command,
) -> Result<Outcome, CannotRun> {
    clap_complete::generate(arguments.shell, &mut command, "tower-loops", &mut stdout());
    Ok(Outcome::Success)
}

pub(crate) fn man(arguments: &ManArguments, command: Command) -> Result<Outcome, CannotRun> {
    let result = match &arguments.folder {
        Some(folder) => clap_mangen::generate_to(command, folder),
        None => clap_mangen::Man::new(command).render(&mut stdout()),
    };
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(CannotRun::new(format!(
            "cannot write the man page: {error}"
        ))),
        _ => Ok(Outcome::Success),
    }
}
