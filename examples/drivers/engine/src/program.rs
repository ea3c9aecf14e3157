//! Programs of servers: where they are, and when they are ready.

use std::{
    env, fs,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

pub(crate) fn wait_until_ready(server: &mut Child, socket: &Path) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while UnixStream::connect(socket).is_err() {
        let ended = server.try_wait().expect("the server's status");
        assert!(ended.is_none(), "the server ended: {ended:?}");
        assert!(Instant::now() < deadline, "the server does not start");
        sleep(Duration::from_millis(20));
    }
}

/// A program on the path, or where Debian hides it.
pub(crate) fn find(program: &str, package: &str) -> PathBuf {
    let debian = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let path = env::var_os("PATH").unwrap_or_default();
    debian
        .map(|version| version.path().join("bin"))
        .chain(env::split_paths(&path))
        .chain(["/usr/sbin".into()])
        .map(|directory| directory.join(program))
        .find(|path| path.exists())
        .unwrap_or_else(|| {
            panic!("{program} is needed: install it (Debian: `apt-get install {package}`)")
        })
}

pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).stdout == b"0\n"
}

pub(crate) fn run(command: &mut Command) {
    let output = output(command.stdin(Stdio::null()));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
}

pub(crate) fn output(command: &mut Command) -> Output {
    let result = command.output();
    result.unwrap_or_else(|error| panic!("{command:?}: {error}"))
}
