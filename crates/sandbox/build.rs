//! Builds the programs that go into sandboxes, or before them, as static executables, to be embedded.

#![expect(
    clippy::disallowed_methods,
    reason = "a build script reads its environment and starts cargo"
)]

use std::{env, error::Error, path::PathBuf, process::Command};

const PROGRAMS: [&str; 3] = ["guest", "launcher", "jupyter"];

fn main() -> Result<(), Box<dyn Error>> {
    let variable = |name| env::var_os(name).ok_or(format!("{name} is not set"));
    let workspace = PathBuf::from(variable("CARGO_MANIFEST_DIR")?).join("../..");
    for program in PROGRAMS {
        let package = workspace.join("crates").join(program);
        for part in ["src", "Cargo.toml"] {
            println!("cargo::rerun-if-changed={}", package.join(part).display());
        }
    }
    println!("cargo::rerun-if-changed={}", workspace.join("Cargo.toml").display());
    let target = env::var("TARGET")?;
    // A directory of its own: the outer cargo holds the lock of the usual one.
    let target_dir = PathBuf::from(variable("OUT_DIR")?).join("embedded");
    let status = Command::new(variable("CARGO")?)
        .current_dir(&workspace)
        .args(["build", "--profile", "embedded", "--bins", "--target", &target, "--target-dir"])
        .arg(&target_dir)
        .args(PROGRAMS.iter().flat_map(|it| ["-p", it]))
        // Static, so that a sandbox needs nothing of the host's libraries; and none of what the
        // outer build asked for, such as coverage or clippy.
        .env("CARGO_ENCODED_RUSTFLAGS", "-Ctarget-feature=+crt-static")
        .env_remove("RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTC_WORKSPACE_WRAPPER")
        .env_remove("CLIPPY_ARGS")
        .status()?;
    if !status.success() {
        return Err(format!("the embedded programs do not build: {status}").into());
    }
    let programs = target_dir.join(target).join("embedded");
    println!("cargo::rustc-env=EMBEDDED_PROGRAMS={}", programs.display());
    Ok(())
}
