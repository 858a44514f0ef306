//! Compiles the machine code that a zygote loads: a crate of one file, without dependencies.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads its environment and starts a compiler"
)]

use std::{env, error::Error, path::PathBuf, process::Command};

const SOURCE: &str = "src/zygote/clone.rs";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SOURCE}");
    let variable = |name| env::var_os(name).ok_or(format!("{name} is not set"));
    let object = PathBuf::from(variable("OUT_DIR")?).join("clone.so");
    let status = Command::new(variable("RUSTC")?)
        .args(["--edition", "2024", "--crate-type", "cdylib", "--crate-name", "clone", "--target"])
        .arg(variable("TARGET")?)
        .args(["-Copt-level=s", "-Cpanic=abort", "-Cstrip=symbols", "-Ctarget-feature=-crt-static"])
        .args(["-Clink-arg=-nostartfiles", "-Clink-arg=-nostdlib", SOURCE, "-o"])
        .arg(object)
        .status()?;
    if !status.success() {
        return Err(format!("the machine code of zygotes does not build: {status}").into());
    }
    Ok(())
}
