//! Puts the built web UI where `web_ui` embeds it from, or a page that says how to build it.

use std::{env, fs, io, path::Path};

const NOT_BUILT: &str = "<!doctype html><html lang=en><title>Runbook</title>\
    <p>This binary was built without its web UI. Run <code>make build</code>.</html>";

#[expect(clippy::disallowed_methods, reason = "cargo speaks to build scripts so")]
fn main() -> io::Result<()> {
    let crate_dir = env::var("CARGO_MANIFEST_DIR").expect("cargo says where the crate is");
    let out_dir = env::var("OUT_DIR").expect("cargo says where to write");
    let built = Path::new(&crate_dir).join("../../web/dist");
    let target = Path::new(&out_dir).join("web_ui");
    println!("cargo::rerun-if-changed={}", built.display());
    if target.exists() {
        fs::remove_dir_all(&target)?;
    }
    if built.join("index.html").exists() {
        copy(&built, &target)
    } else {
        fs::create_dir_all(&target)?;
        fs::write(target.join("index.html"), NOT_BUILT)
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
