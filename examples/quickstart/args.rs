//! The command line.

pub(crate) const USAGE: &str = "\
Plays Loops against a webhook handler behind tower-loops, and shows what gets through.

Usage: cargo run --example quickstart
       cargo run --example quickstart -- --serve ADDRESS

Without options, starts an axum server on a free loopback port and sends it a genuine
event of each type, a rotation of the secret, and a number of attacks. Exits with 0 if
every delivery was answered as it should be.

Options:
  --serve ADDRESS  keep such a server up instead, on an address such as 127.0.0.1:3000,
                   with the secret from LOOPS_WEBHOOK_SECRET; shows each event that
                   reaches the handler, and each refusal
  -h, --help       show this
";

#[derive(Debug)]
pub(crate) enum Command {
    Play,
    Serve { address: String },
    Help,
}

impl Command {
    pub(crate) fn parse(mut args: impl Iterator<Item = String>) -> Result<Self, String> {
        let Some(first) = args.next() else {
            return Ok(Self::Play);
        };
        let command = match first.as_str() {
            "-h" | "--help" => return Ok(Self::Help),
            "--serve" => Self::Serve {
                address: args
                    .next()
                    .filter(|address| !address.starts_with('-'))
                    .ok_or("--serve wants an address, such as 127.0.0.1:3000")?,
            },
            _ => return Err(format!("unknown argument {first:?}")),
        };
        match args.next() {
            None => Ok(command),
            Some(surplus) => Err(format!("unknown argument {surplus:?}")),
        }
    }
}
