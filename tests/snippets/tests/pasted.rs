//! Pastes every `rust` block of the README files and of the guide into a fresh crate and checks
//! that it compiles.

use std::{
    env, fs,
    path::Path,
    process::{Command, Output},
};

/// Whole pages. Of the guide, all.
const READMES: [&str; 7] = [
    "README.md",
    "check/README.md",
    "skills/tower-loops/SKILL.md",
    "stores/postgres/README.md",
    "stores/redis/README.md",
    "stores/sqlite/README.md",
    "stores/sqlx/README.md",
];

#[test]
fn every_snippet_of_a_page_compiles_as_pasted() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let repository = package.join("../..").canonicalize().unwrap();
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fresh");
    let _ = fs::remove_dir_all(&fresh);
    fs::create_dir_all(fresh.join("src/bin")).unwrap();

    let manifest = fs::read_to_string(package.join("Cargo.toml")).unwrap();
    let manifest = manifest.replace("../..", repository.to_str().unwrap());
    fs::write(fresh.join("Cargo.toml"), manifest).unwrap();
    fs::copy(package.join("Cargo.lock"), fresh.join("Cargo.lock")).unwrap();

    let mut modules = String::new();
    let readmes = READMES.map(str::to_owned).into_iter();
    for readme in readmes.chain(guide(&repository)) {
        let text = fs::read_to_string(repository.join(&readme)).unwrap();
        let snippets = snippets(&text);
        assert!(
            !snippets.is_empty() || readme.starts_with(GUIDE),
            "{readme}"
        );
        for (number, snippet) in snippets.into_iter().enumerate() {
            assert!(
                !snippet.lines().any(|line| line.starts_with("# ")),
                "{readme} hides a line from its reader: {snippet}"
            );
            let name = format!("{readme} {number}").replace(|c: char| !c.is_alphanumeric(), "_");
            let name = name.to_lowercase();
            // A program is pasted into its own file, functions into a module.
            let file = if snippet.contains("fn main()") {
                format!("bin/{name}.rs")
            } else {
                modules += &format!("pub mod {name};\n");
                format!("{name}.rs")
            };
            fs::write(fresh.join("src").join(file), snippet).unwrap();
        }
    }
    fs::write(fresh.join("src/lib.rs"), modules).unwrap();

    // The programs compile, and the tests among the functions pass.
    for arguments in [["check", "--bins"], ["test", "--lib"]] {
        let output = cargo(&fresh, &arguments);
        let printed = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{printed}");
    }

    // The first program of the README, by a reader who has not set the variable.
    let run = cargo(&fresh, &["run", "--bin", "readme_md_0"]);
    let printed = String::from_utf8_lossy(&run.stderr);
    let friendly = "Error: the environment variable LOOPS_WEBHOOK_SECRET is not set";
    assert!(
        printed.lines().any(|line| line.starts_with(friendly)),
        "{printed}"
    );
}

/// The snippets for drivers that this package does not depend on: `bash .ci/drivers` runs the
/// programs that they come from.
#[test]
fn every_snippet_of_a_driver_is_from_its_program() {
    let stores = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stores");
    let text = fs::read_to_string(stores.join("README.md")).unwrap();
    let parts: Vec<&str> = text.split("```rust").collect();
    assert_eq!(parts.len(), 4, "one snippet for each driver");
    for pair in parts.windows(2) {
        // The program is the first link of the paragraph above, the imports are the snippet's own.
        let above = pair[0].trim_end().rsplit("\n\n").next().unwrap();
        let link = above.split_once("](").unwrap().1.split_once(')').unwrap().0;
        let program = fs::read_to_string(stores.join(link)).unwrap();
        let snippet = pair[1].split("```").next().unwrap();
        let function = &snippet[snippet.find("/// Marks").unwrap()..];
        assert!(program.contains(function), "{link} has no {function}");
    }
}

/// Runs cargo in this crate, with the packages that the tests themselves were built with.
fn cargo(crate_folder: &Path, arguments: &[&str]) -> Output {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    Command::new(env!("CARGO"))
        .args(arguments)
        .args(["--offline", "--locked", "--quiet"])
        .current_dir(crate_folder)
        .env("CARGO_TARGET_DIR", target)
        .env_remove("LOOPS_WEBHOOK_SECRET")
        .output()
        .unwrap()
}

const GUIDE: &str = "src/guide";

/// The pages of the guide.
fn guide(repository: &Path) -> Vec<String> {
    let files = fs::read_dir(repository.join(GUIDE)).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    let pages = names.filter(|name| name.ends_with(".md"));
    let mut pages: Vec<String> = pages.map(|name| format!("{GUIDE}/{name}")).collect();
    pages.sort();
    assert!(pages.len() > 10, "{pages:?}");
    pages
}

/// The `rust` blocks, without those that must not compile and the fragments of programs that are
/// for other frameworks.
fn snippets(text: &str) -> Vec<String> {
    let mut snippets = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if line.starts_with("```rust") {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            if !line.contains("compile_fail") && !line.contains("fragment") {
                snippets.push(body.join("\n"));
            }
        }
    }
    snippets
}
