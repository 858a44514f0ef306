//! Cargo, in two steps: crates are fetched without running anything of theirs, then built without
//! credentials and without a network. Programs are linked against what was built.

use std::{collections::HashMap, fmt::Write as _};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{CERTIFICATES, Order, TREE, own, pairs};
use crate::environments::{
    EnvironmentError,
    workbench::{Hears, Step, Workbench},
};

/// What a compiler is told of an environment. Paths are beneath its tree.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::environments) struct Externs {
    /// Names in programs, and the libraries they stand for.
    pub(in crate::environments) crates: Vec<(String, String)>,
    /// Arguments of `-L`, as build scripts gave them: a kind and a path.
    pub(in crate::environments) search: Vec<(String, String)>,
}

pub(super) async fn install(
    bench: &mut Workbench,
    order: Order<'_>,
) -> Result<String, EnvironmentError> {
    bench.write(&own("crate/Cargo.toml"), manifest(order).as_bytes()).await?;
    bench.write(&own("crate/lib.rs"), b"").await?;
    bench.write(&own("cargo/config.toml"), configuration(bench, order).as_bytes()).await?;
    if let Some(token) = &order.indexes.cargo_token {
        let text = format!("[registries.index]\ntoken = {}\n", json!(token.reveal()));
        bench.write(&own("cargo/credentials.toml"), text.as_bytes()).await?;
    }
    let fetch = step(bench, order, &format!("cargo could not fetch {}", order.names()), &["fetch"]);
    bench.run(fetch).await?;
    if order.indexes.cargo_token.is_some() {
        bench.remove("cargo/credentials.toml").await?;
    }
    let argv = ["metadata", "--offline", "--format-version=1"];
    let mut metadata = step(bench, order, "cargo could not read what it fetched", &argv);
    metadata.hears = Hears::Stdout;
    let metadata = bench.run(metadata).await?;
    let fails_as = format!("cargo could not build {}", order.names());
    let argv = ["build", "--offline", "--lib", "--message-format=json-render-diagnostics"];
    let mut build = step(bench, order, &fails_as, &argv);
    build.hears = Hears::Stdout;
    let messages = bench.run(build).await?;
    let externs = read(&metadata, &messages, &format!("{}/", bench.at(TREE)));
    let externs = externs.ok_or_else(|| bench.failed("cargo did not say what it built"))?;
    Ok(serde_json::to_string(&externs).expect("strings are JSON"))
}

fn step(bench: &Workbench, order: Order<'_>, fails_as: &str, argv: &[&str]) -> Step {
    let cargo = order.tools.manager();
    let argv: Vec<_> = [cargo.as_str()].iter().chain(argv).copied().collect();
    let mut step = order.tools.step(bench, fails_as, &argv);
    "crate".clone_into(&mut step.cwd);
    step.env.extend(pairs(&[
        ("CARGO_HOME", &bench.at("cargo")),
        ("CARGO_TARGET_DIR", &bench.at(&format!("{TREE}/target"))),
        ("CARGO_INCREMENTAL", "0"),
        ("CARGO_TERM_PROGRESS_WHEN", "never"),
    ]));
    if let Some(rustc) = &order.tools.runtime {
        step.env.push(("RUSTC".to_owned(), rustc.path().to_string_lossy().into_owned()));
    }
    step
}

fn manifest(order: Order<'_>) -> String {
    let mut text = "[package]\nname = \"environment\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\
                    [lib]\npath = \"lib.rs\"\n[profile.dev]\ndebug = false\n[dependencies]\n"
        .to_owned();
    for it in order.requirements {
        let version = if it.version.is_empty() { "*" } else { &it.version };
        // Strings of JSON are strings of TOML.
        let (version, features) = (json!(version), json!(it.extras));
        writeln!(text, "{} = {{ version = {version}, features = {features} }}", it.name)
            .expect("writing to a string never fails");
    }
    text
}

fn configuration(bench: &Workbench, order: Order<'_>) -> String {
    let mut text = String::new();
    if let Some(registry) = &order.indexes.cargo {
        let url = json!(format!("sparse+{}/", registry.to_string().trim_end_matches('/')));
        text += "[source.crates-io]\nreplace-with = \"index\"\n[registries.index]\n";
        writeln!(text, "index = {url}").expect("writing to a string never fails");
    }
    if order.indexes.certificates.is_some() {
        writeln!(text, "[http]\ncainfo = {}", json!(bench.at(CERTIFICATES)))
            .expect("writing to a string never fails");
    }
    text
}

/// From what cargo says of packages and of what it built.
fn read(metadata: &[u8], messages: &[u8], tree: &str) -> Option<Externs> {
    let metadata: Value = serde_json::from_slice(metadata).ok()?;
    let root = metadata["resolve"]["root"].as_str()?;
    let nodes = metadata["resolve"]["nodes"].as_array()?;
    let node = nodes.iter().find(|it| it["id"] == root)?;
    let mut names = HashMap::new();
    for dependency in node["deps"].as_array()? {
        names.insert(dependency["pkg"].as_str()?, dependency["name"].as_str()?);
    }
    let beneath = |path: &str| {
        let inside = path.strip_prefix(tree)?;
        (!inside.split('/').any(|it| it == "..")).then(|| inside.to_owned())
    };
    let mut externs = Externs::default();
    for line in messages.split(|it| *it == b'\n') {
        let Ok(message) = serde_json::from_slice::<Map<String, Value>>(line) else { continue };
        let package = message.get("package_id").and_then(Value::as_str).unwrap_or_default();
        let texts = |name: &str| {
            let texts = message.get(name).and_then(Value::as_array).into_iter().flatten();
            texts.filter_map(Value::as_str).map(str::to_owned).collect::<Vec<_>>()
        };
        match message.get("reason").and_then(Value::as_str) {
            Some("compiler-artifact") => {
                let library = |it: &String| it.ends_with(".rlib") || it.ends_with(".so");
                let file = texts("filenames").into_iter().find(library);
                if let (Some(name), Some(file)) = (names.get(package), file)
                    && let Some(file) = beneath(&file)
                {
                    externs.crates.push(((*name).to_owned(), file));
                }
            }
            Some("build-script-executed") => {
                for path in texts("linked_paths") {
                    let (kind, path) = path.split_once('=').unwrap_or(("all", &path));
                    if let Some(path) = beneath(path) {
                        externs.search.push((kind.to_owned(), path));
                    }
                }
            }
            Some(_) | None => {}
        }
    }
    externs.crates.sort();
    Some(externs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_asked_for_and_stands_in_the_tree_is_linked() {
        let metadata = json!({"resolve": {"root": "r", "nodes": [
            {"id": "r", "deps": [{"name": "serde", "pkg": "s"}, {"name": "my_lib", "pkg": "m"}]},
            {"id": "s", "deps": [{"name": "serde_core", "pkg": "c"}]},
        ]}});
        let artifact = |package: &str, file: &str| {
            json!({"reason": "compiler-artifact", "package_id": package,
                   "filenames": ["/tmp/e/target/debug/deps/x.rmeta", file]})
        };
        let messages = [
            artifact("s", "/tmp/e/target/debug/deps/libserde-1.rlib"),
            artifact("c", "/tmp/e/target/debug/deps/libserde_core-1.rlib"),
            artifact("m", "/etc/../tmp/e/libevil.rlib"),
            json!({"reason": "build-script-executed", "package_id": "c", "linked_paths":
                   ["native=/tmp/e/target/debug/build/z/out", "/usr/lib", "/tmp/e/../../etc"]}),
            json!({"reason": "build-finished", "success": true}),
        ];
        let messages: Vec<_> = messages.iter().map(ToString::to_string).collect();
        let externs =
            read(metadata.to_string().as_bytes(), messages.join("\n").as_bytes(), "/tmp/e/");
        let pair = |one: &str, two: &str| (one.to_owned(), two.to_owned());
        assert_eq!(
            externs.unwrap(),
            Externs {
                crates: vec![pair("serde", "target/debug/deps/libserde-1.rlib")],
                search: vec![pair("native", "target/debug/build/z/out")],
            }
        );
    }
}
