//! The JSON Schemas under `schemas/` are those of the types that read packs and configurations.
//!
//! Only tests make them, so that nobody who builds buckstop waits for that.

use std::path::Path;
use std::{env, fs};

/// Sees to it that a file under `schemas/` is the schema of a type; with `UPDATE_SCHEMAS` in the
/// environment, writes it.
pub(crate) fn expect(name: &str, schema: &schemars::Schema) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    let wanted = serde_json::to_string_pretty(schema).unwrap() + "\n";
    if env::var_os("UPDATE_SCHEMAS").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &wanted).unwrap();
    }
    let present = fs::read_to_string(&path).unwrap_or_default();
    assert!(present == wanted, "{name} is out of date: UPDATE_SCHEMAS=1 cargo test --lib schema");
}
