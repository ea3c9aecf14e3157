//! `quickstart`, with the layers and without them.

use crate::process::{example, run};

#[test]
fn with_the_layers_every_check_passes() {
    let ran = run(example("quickstart").env_remove("LOOPS_WEBHOOK_SECRET"));
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stderr, "");
    let summary = ran.stdout.lines().last().unwrap_or_default();
    assert!(summary.contains(" 0 failed, 0 skipped, "), "{summary}");
}

#[test]
fn without_them_forgeries_are_handled() {
    let ran = run(example("quickstart").arg("unprotected"));
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let forgery = " ✗ an event signed with another secret\n";
    assert!(ran.stdout.contains(forgery), "{}", ran.stdout);
}

#[test]
fn other_arguments_are_an_error() {
    let ran = run(example("quickstart").arg("--nonsense"));
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("Usage: "), "{}", ran.stderr);
}
