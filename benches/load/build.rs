//! Takes the layer out of `examples/axum.rs`, and leaves the rest as it is.

use std::{env, error::Error, fs, path::Path};

const EXAMPLES: &str = "../../examples";
const SERVE: &str = "support/serve.rs";
const LAYER: &str = ".route_layer(signature)";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={EXAMPLES}/axum.rs");
    println!("cargo::rerun-if-changed={EXAMPLES}/{SERVE}");
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    let example = fs::read_to_string(format!("{EXAMPLES}/axum.rs"))?;
    assert_eq!(example.matches(LAYER).count(), 1, "{LAYER} in the example");
    // What is included may not have its own documentation.
    let without = example.replace(LAYER, "").replace("//!", "//");
    fs::write(out.join("axum.rs"), without)?;
    // There, the stand-in is not a crate.
    let serve = fs::read_to_string(format!("{EXAMPLES}/{SERVE}"))?;
    fs::create_dir_all(out.join("support"))?;
    fs::write(
        out.join(SERVE),
        serve.replace("use tower_loops", "use crate::tower_loops"),
    )?;
    Ok(())
}
