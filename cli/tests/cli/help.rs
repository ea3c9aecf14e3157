//! Help, completions and man pages.

use std::fs;

use crate::support::process::{run, tower_loops};

#[test]
fn the_help_of_each_command_has_examples_within_the_width() {
    for command in ["send", "check", "explain", "listen", "replay"] {
        for (help, columns) in [("--help", 80), ("-h", 80), ("--help", 60)] {
            let mut ran = tower_loops([command, help]);
            let ran = run(ran.env("COLUMNS", columns.to_string()));
            assert_eq!(ran.code, Some(0), "{ran:?}");
            assert!(
                ran.stdout.contains("\nExamples:\n"),
                "{command}: {}",
                ran.stdout
            );
            for line in ran.stdout.lines() {
                assert!(line.chars().count() <= columns, "{command}: {line}");
            }
            if columns == 80 {
                let (_, examples) = ran.stdout.split_once("Examples:\n").expect("examples");
                let commands = examples.lines().take_while(|line| !line.is_empty());
                let is_whole = |line: &str| line.starts_with("  ");
                assert!(
                    commands.clone().all(is_whole),
                    "{command} folds: {examples}"
                );
            }
        }
    }
}

#[test]
fn completions_and_man_pages_are_generated() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = run(&mut tower_loops(["completions", shell]));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert!(ran.stdout.contains("forward-to"), "{shell}");
    }
    let ran = run(&mut tower_loops(["man"]));
    assert!(ran.stdout.contains(".TH tower-loops 1"), "{ran:?}");

    let folder = tempfile::tempdir().expect("a folder");
    let ran = run(tower_loops(["man"]).arg(folder.path()));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let page = fs::read_to_string(folder.path().join("tower-loops-check.1")).expect("a page");
    assert!(page.contains("effects"), "{page}");
}
