//! npm, in two steps: packages are fetched without running anything of theirs, then their install scripts
//! run without credentials.

use std::{fmt::Write, path::Path};

use serde_json::{Map, Value, json};

use super::{CERTIFICATES, Given, Order, own, pairs};
use crate::environments::{EnvironmentError, workbench::Workbench};

/// Of npm's own making: what it installed, and which of that has scripts.
const INSTALLED: &str = "environment/node_modules/.package-lock.json";

pub(super) async fn install(
    bench: &mut Workbench,
    order: Order<'_>,
) -> Result<(), EnvironmentError> {
    let dependencies: Map<String, Value> = order
        .requirements
        .iter()
        .map(|it| {
            let version = if it.version.is_empty() { "latest" } else { &it.version };
            (it.name.clone(), version.into())
        })
        .collect();
    let manifest = json!({ "private": true, "dependencies": dependencies });
    bench.write(&own("environment/package.json"), manifest.to_string().as_bytes()).await?;
    bench.write(&own("npmrc"), settings(bench, order, true).as_bytes()).await?;
    let npm = order.tools.manager();
    let fails_as = format!("npm could not install {}", order.names());
    let argv = [npm.as_str(), "install", "--ignore-scripts", "--loglevel=http"];
    let mut fetch = order.tools.step(bench, &fails_as, &argv);
    fetch.env.extend(env(bench));
    bench.run(fetch).await?;
    bench.write(&own("npmrc"), settings(bench, order, false).as_bytes()).await?;
    // The log and the cache repeat addresses, which may hold credentials.
    bench.remove("npm").await?;
    let installed: Value = serde_json::from_slice(&bench.read(INSTALLED).await?)
        .map_err(|error| bench.failed(format!("npm's lock file is none: {error}")))?;
    if has_scripts(&installed) {
        let fails_as = format!("an install script of {} failed", order.names());
        let argv = [npm.as_str(), "rebuild", "--foreground-scripts"];
        let mut scripts = order.tools.step(bench, &fails_as, &argv);
        scripts.env.extend(env(bench));
        bench.run(scripts).await?;
    }
    // They say where each package came from.
    bench.remove(INSTALLED).await?;
    bench.remove("environment/package-lock.json").await
}

fn env(bench: &Workbench) -> Vec<(String, String)> {
    pairs(&[
        ("npm_config_userconfig", &bench.at("npmrc")),
        ("npm_config_globalconfig", "/dev/null"),
        ("npm_config_cache", &bench.at("npm")),
    ])
}

fn settings(bench: &Workbench, order: Order<'_>, with_credentials: bool) -> String {
    let index = &order.indexes.npm;
    let mut lines = "audit=false\nfund=false\nupdate-notifier=false\nprogress=false\n".to_owned();
    // Of itself it waits 10 and then 60 seconds for a registry that does not answer.
    lines.push_str("fetch-retry-mintimeout=1000\nfetch-retry-maxtimeout=5000\n");
    let url = |it: &crate::environments::IndexUrl| {
        if with_credentials { it.reveal() } else { it.to_string() }
    };
    let mut add = |name: &str, value: &str| {
        writeln!(lines, "{name}={value}").expect("a string takes everything");
    };
    if let Some(registry) = &index.registry {
        add("registry", &url(registry));
    }
    for (scope, registry) in &index.scopes {
        add(&format!("{scope}:registry"), &url(registry));
    }
    for (name, value) in index.credentials.iter().filter(|_| with_credentials) {
        add(name, value.reveal());
    }
    if order.indexes.certificates.is_some() {
        add("cafile", &bench.at(CERTIFICATES));
    }
    // Headers stand with the interpreter; without, they would be fetched from elsewhere.
    let prefix = order.tools.runtime.as_ref().and_then(|it| it.path().parent()?.parent());
    if let Some(prefix) = prefix.filter(|it| it.join("include/node").is_dir()) {
        add("nodedir", &prefix.to_string_lossy());
    }
    lines
}

fn has_scripts(installed: &Value) -> bool {
    let packages = installed["packages"].as_object();
    packages.is_some_and(|it| it.values().any(|it| it["hasInstallScript"] == true))
}

pub(super) fn given(tree: &Path) -> Given {
    let modules = tree.join("node_modules");
    let env = pairs(&[("PATH", &modules.join(".bin").to_string_lossy())]);
    // Both ways of importing look beside the program; a variable is heard by one of them only.
    Given { env, links: vec![(own("node_modules"), modules)] }
}
