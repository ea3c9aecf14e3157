//! `idempotent`: one event delivered many times at once.

use crate::process::{example, run};

#[test]
fn one_event_is_handled_once() {
    let ran = run(&mut example("idempotent"));
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert_eq!(ran.stderr, "");
    for line in [
        "64 deliveries of one event at the same time:",
        "   1 answered 200 by the handler",
        "The handler ran 1 time(s); 0 still running at the end.",
    ] {
        assert!(ran.stdout.lines().any(|l| l == line), "{}", ran.stdout);
    }
    // How many came while it ran and how many after is up to the machine: together they are all the others.
    let count = |text: &str| -> u32 {
        let line = ran.stdout.lines().find(|line| line.ends_with(text));
        let words = line.and_then(|line| line.split_whitespace().next());
        words.and_then(|word| word.parse().ok()).expect(text)
    };
    let others = count("answered 409 while it ran") + count("answered 200 as duplicates");
    assert_eq!(others, 63, "{}", ran.stdout);
}
