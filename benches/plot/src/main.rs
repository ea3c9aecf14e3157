//! Draws the pictures of the README, and prints the tables of `benches/README.md`, from what the
//! benches printed.
//!
//! ```sh
//! cargo run --manifest-path benches/plot/Cargo.toml
//! ```
//!
//! | reads | draws |
//! |---|---|
//! | `benches/results/ratios.md` | `benches/cost.svg` |
//! | `benches/results/stores.txt` | `benches/stores.svg` |

mod cost;
mod stores;
mod svg;

use std::{fs, io, path::PathBuf};

type Drawing = (&'static str, &'static str, fn(&str) -> Output);

struct Output {
    picture: String,
    table: String,
}

const DRAWINGS: [Drawing; 2] = [
    ("results/ratios.md", "cost.svg", cost::draw),
    ("results/stores.txt", "stores.svg", stores::draw),
];

fn main() -> io::Result<()> {
    for (results, picture, draw) in DRAWINGS {
        let output = draw(&fs::read_to_string(benches(results))?);
        fs::write(benches(picture), output.picture)?;
        println!("{}", output.table);
    }
    Ok(())
}

/// The path of a file in `benches`.
fn benches(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).join(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_pictures_and_tables_are_those_of_the_committed_results() {
        let read = |name| fs::read_to_string(benches(name)).unwrap().replace('\r', "");
        for (results, picture, draw) in DRAWINGS {
            let output = draw(&read(results));
            let redraw = "run `cargo run --manifest-path benches/plot/Cargo.toml`";
            assert!(
                read(picture) == output.picture,
                "{picture} is old: {redraw}"
            );
            assert!(
                read("README.md").contains(&output.table),
                "a table is old: {redraw}"
            );
        }
    }
}
