//! Shell completions and man pages.

use std::{
    io::{self, stdout},
    path::PathBuf,
};

use clap::CommandFactory;

use crate::{
    arguments::Arguments,
    exit::{CannotRun, Outcome},
};

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

pub(crate) fn completions(arguments: &CompletionsArguments) -> Result<Outcome, CannotRun> {
    let mut command = Arguments::command();
    clap_complete::generate(arguments.shell, &mut command, "tower-loops", &mut stdout());
    Ok(Outcome::Success)
}

pub(crate) fn man(arguments: &ManArguments) -> Result<Outcome, CannotRun> {
    let command = Arguments::command();
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
