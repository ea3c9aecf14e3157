//! Takes the layer out of `examples/axum.rs`, and leaves the rest as it is.

use std::{env, error::Error, fs, path::Path};

const EXAMPLE: &str = "../../examples/axum.rs";
const LAYER: &str = ".route_layer(signature)";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={EXAMPLE}");
    let example = fs::read_to_string(EXAMPLE)?;
    assert_eq!(example.matches(LAYER).count(), 1, "{LAYER} in {EXAMPLE}");
    // What is included may not have documentation of its own.
    let without = example.replace(LAYER, "").replace("//!", "//");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("axum.rs"), without)?;
    Ok(())
}
