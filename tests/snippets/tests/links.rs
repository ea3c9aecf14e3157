//! Every link of a page leads to a file, a heading or a module that exists. Only links to other
//! sites are not followed.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};

/// A file or a folder of this repository, on its own site.
const REPOSITORY: &str = "https://github.com/tower-loops/tower-loops/";

/// A page of the guide, as documentation.
const GUIDE: &str = "https://docs.rs/tower-loops/latest/tower_loops/guide/";

#[test]
fn every_link_leads_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().unwrap();
    let mut files = Vec::new();
    collect(&root, &mut files);
    let pages: HashMap<PathBuf, Page> = files
        .iter()
        .filter(|file| !has_extension(file, "rs"))
        .map(|file| (file.clone(), Page::read(file)))
        .collect();
    assert!(pages.len() > 20, "{:?}", pages.keys());

    let mut dead = Vec::new();
    for (file, page) in &pages {
        for link in &page.links {
            if !leads_somewhere(link, file, &root, &pages) {
                dead.push(format!("{}: {link}", file.display()));
            }
        }
    }
    // In the documentation of the crates, rustdoc checks all other links.
    for file in files.iter().filter(|file| has_extension(file, "rs")) {
        let text = fs::read_to_string(file).unwrap();
        for (start, _) in text.match_indices(REPOSITORY) {
            let link = text[start..].split(|c: char| c.is_whitespace() || ")>\"`;".contains(c));
            let link = link.into_iter().next().unwrap_or_default();
            if !leads_somewhere(link, file, &root, &pages) {
                dead.push(format!("{}: {link}", file.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

fn leads_somewhere(link: &str, from: &Path, root: &Path, pages: &HashMap<PathBuf, Page>) -> bool {
    let (place, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = if let Some(place) = place.strip_prefix(REPOSITORY) {
        match place.split_once("/main/") {
            Some((_, path)) => root.join(path),
            // The site's own pages: issues, workflows.
            None => return true,
        }
    } else if let Some(page) = place.strip_prefix(GUIDE) {
        root.join(format!("src/guide/{}.md", page.trim_end_matches('/')))
    } else if place.contains("://") || place.starts_with("crate::") {
        return true;
    } else if place.is_empty() {
        from.to_owned()
    } else {
        from.with_file_name(place)
    };
    let Ok(target) = target.canonicalize() else {
        return false;
    };
    match pages.get(&target) {
        Some(page) if !heading.is_empty() => page.headings.contains(heading),
        _ => true,
    }
}

struct Page {
    headings: BTreeSet<String>,
    links: Vec<String>,
}

impl Page {
    fn read(file: &Path) -> Self {
        let mut page = Self {
            headings: BTreeSet::new(),
            links: Vec::new(),
        };
        let (mut labels, mut defined) = (Vec::new(), BTreeSet::new());
        let mut is_code = false;
        for line in fs::read_to_string(file).unwrap().lines() {
            if line.trim_start().starts_with("```") {
                is_code = !is_code;
            } else if is_code {
            } else if let Some(heading) = line.strip_prefix('#') {
                page.headings.insert(slug(heading.trim_start_matches('#')));
            } else if let Some((label, link)) = definition(line) {
                defined.insert(label.to_owned());
                page.links.push(link.to_owned());
            } else {
                page.links.extend(between(line, "](", ")"));
                labels.extend(between(line, "][", "]"));
                labels.extend(items(line));
            }
        }
        labels.retain(|label| !defined.contains(label));
        assert!(
            labels.is_empty(),
            "{} defines no {labels:?}",
            file.display()
        );
        page
    }
}

/// `[label]: target`
fn definition(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix('[')?.split_once("]: ")
}

/// The labels of references without their own text: [`Item`].
fn items(line: &str) -> impl Iterator<Item = String> + '_ {
    let parts = line.split("[`").skip(1);
    let items = parts.filter_map(|part| part.split_once("`]"));
    let items = items.filter(|(_, rest)| !rest.starts_with(['(', '[']));
    items.map(|(item, _)| format!("`{item}`"))
}

fn between<'a>(line: &'a str, start: &'a str, end: &'a str) -> impl Iterator<Item = String> + 'a {
    let parts = line.split(start).skip(1);
    parts.filter_map(move |part| Some(part.split_once(end)?.0.to_owned()))
}

/// As GitHub and rustdoc name the anchor of a heading.
fn slug(heading: &str) -> String {
    let heading = heading.trim().to_lowercase();
    let kept = heading
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn has_extension(file: &Path, extension: &str) -> bool {
    file.extension().is_some_and(|it| it == extension)
}

/// The pages and sources under a folder, without what cargo, npm and fuzzing put there.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            let is_made = ["target", "node_modules", "corpus"].contains(&&*name);
            if !is_made && !name.starts_with('.') {
                collect(&path, files);
            }
        } else if name == "llms.txt" || has_extension(&path, "md") || has_extension(&path, "rs") {
            files.push(path);
        }
    }
}
