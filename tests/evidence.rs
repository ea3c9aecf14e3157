//! The tests that the pages name exist: a link whose text is a name in lower case and whose target
//! is a Rust file leads to a function of that name.

use std::fs;

#[test]
fn each_test_that_a_page_names_exists() {
    let mut found = 0;
    for page in ["COMPARE.md", "DESIGN.md", "SECURITY.md"] {
        let text = fs::read_to_string(page).unwrap();
        for (name, path) in text.split("[`").filter_map(named_function) {
            let source = fs::read_to_string(path).unwrap_or_default();
            let is_there = source.contains(&format!("fn {name}("));
            assert!(is_there, "{page}: {path}: {name}");
            found += 1;
        }
    }
    assert!(found > 40, "{found}");
}

/// Of a link, from its text on: the function that it names, and the file.
fn named_function(link: &str) -> Option<(&str, &str)> {
    let (name, rest) = link.split_once("`](")?;
    let (path, _) = rest.split_once(')')?;
    let is_name = name
        .bytes()
        .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    (is_name && path.ends_with(".rs")).then_some((name, path))
}
