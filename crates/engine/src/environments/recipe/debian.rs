//! Packages of Debian's archives, unpacked into a directory: no root, and none of their scripts.
//!
//! apt resolves and checks signatures with a state of its own, in which is installed what this machine has;
//! so only what is missing is fetched.

use std::{fmt::Write as _, path::Path};

use super::{Given, Order, TREE, own, pairs};
use crate::environments::{EnvironmentError, requirement::Requirement, workbench::Workbench};

/// The directories that a state of apt consists of.
const STATE: &[&str] = &[
    "apt/sources",
    "apt/keys",
    "apt/lists/partial",
    "apt/archives/partial",
    "apt/preferences",
    "apt/settings",
];

pub(super) async fn install(
    bench: &mut Workbench,
    order: Order<'_>,
) -> Result<(), EnvironmentError> {
    let apt = &order.indexes.apt;
    if apt.sources.is_empty() {
        return Err(EnvironmentError::Unavailable {
            what: "this machine has no Debian archives configured".to_owned(),
            advice: "packages for bash come from the sources of apt".to_owned(),
        });
    }
    for directory in STATE {
        bench.make_directory(directory).await?;
    }
    let keys = format!("{}/", bench.at("apt/keys"));
    for (number, (name, text)) in apt.sources.iter().enumerate() {
        let extension = Path::new(name).extension().and_then(|it| it.to_str()).unwrap_or("list");
        let text =
            text.replace("/etc/apt/keyrings/", &keys).replace("/etc/apt/trusted.gpg.d/", &keys);
        let path = own(&format!(
            "apt/sources/{number}.{}",
            if extension == "sources" { "sources" } else { "list" }
        ));
        bench.write(&path, text.as_bytes()).await?;
    }
    for (name, key) in apt.keyrings.iter().filter(|(name, _)| !name.contains('/')) {
        bench.write(&own(&format!("apt/keys/{name}")), key).await?;
    }
    let status = match &apt.status {
        Some(path) => tokio::fs::read(path).await.unwrap_or_default(),
        None => Vec::new(),
    };
    bench.write(&own("apt/status"), &status).await?;
    let credentials = apt.credentials.as_ref().map_or("", |it| it.reveal());
    bench.write(&own("apt/auth"), credentials.as_bytes()).await?;
    bench.write(&own("apt/apt.conf"), configuration(bench, order).as_bytes()).await?;
    fetch(bench, order).await?;
    let mut archives = bench.list("apt/archives").await?;
    archives.retain(|it| it.ends_with(".deb"));
    archives.sort();
    if archives.is_empty() {
        bench.say("this machine has all of it already");
    }
    let target = bench.at(TREE);
    for archive in archives {
        bench.say(format!("unpacking {archive}"));
        let fails_as = format!("dpkg-deb could not unpack {archive}");
        let archive = bench.at(&format!("apt/archives/{archive}"));
        let argv = ["/usr/bin/dpkg-deb", "--extract", &archive, &target];
        let step = order.tools.step(bench, &fails_as, &argv);
        bench.run(step).await?;
    }
    Ok(())
}

async fn fetch(bench: &mut Workbench, order: Order<'_>) -> Result<(), EnvironmentError> {
    let apt = order.tools.manager();
    let configured = [("APT_CONFIG", bench.at("apt/apt.conf"))];
    let configured = || configured.iter().map(|(name, it)| ((*name).to_owned(), it.clone()));
    let argv = [apt.as_str(), "update"];
    let mut update = order.tools.step(bench, "apt could not read the archives' lists", &argv);
    update.env.extend(configured());
    bench.run(update).await?;
    let wanted: Vec<_> = order.requirements.iter().map(spelled).collect();
    let mut argv =
        vec![apt.as_str(), "install", "--download-only", "--no-install-recommends", "--yes", "--"];
    argv.extend(wanted.iter().map(String::as_str));
    let fails_as = format!("apt could not fetch {}", order.names());
    let mut install = order.tools.step(bench, &fails_as, &argv);
    install.env.extend(configured());
    bench.run(install).await?;
    Ok(())
}

fn spelled(requirement: &Requirement) -> String {
    match requirement.version.as_str() {
        "" => requirement.name.clone(),
        version => format!("{}={version}", requirement.name),
    }
}

fn configuration(bench: &Workbench, order: Order<'_>) -> String {
    let at = |path: &str| bench.at(path);
    let mut text = String::new();
    let mut set = |name: &str, value: &str| {
        writeln!(text, "{name} \"{value}\";").expect("writing to a string never fails");
    };
    set("Dir::Etc::sourcelist", "/dev/null");
    set("Dir::Etc::sourceparts", &at("apt/sources"));
    set("Dir::Etc::trusted", "/dev/null");
    set("Dir::Etc::trustedparts", &at("apt/keys"));
    set("Dir::Etc::preferences", "/dev/null");
    set("Dir::Etc::preferencesparts", &at("apt/preferences"));
    set("Dir::Etc::parts", &at("apt/settings"));
    set("Dir::Etc::netrc", &at("apt/auth"));
    set("Dir::Etc::netrcparts", &at("apt/settings"));
    set("Dir::State", &at("apt"));
    set("Dir::State::lists", &at("apt/lists"));
    set("Dir::State::status", &at("apt/status"));
    set("Dir::State::extended_states", &at("apt/extended_states"));
    set("Dir::Cache", &at("apt"));
    set("Dir::Cache::archives", &at("apt/archives"));
    set("Dir::Log", &at("scratch"));
    set("Debug::NoLocking", "true");
    set("APT::Sandbox::User", "");
    set("Acquire::Languages", "none");
    set("Acquire::Retries", "2");
    set("Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled", "false");
    if order.indexes.certificates.is_some() {
        set("Acquire::https::CaInfo", &at(super::CERTIFICATES));
    }
    text
}

pub(super) fn given(tree: &Path) -> Given {
    let at = |path: &str| tree.join(path).to_string_lossy().into_owned();
    let joined = |paths: &[&str]| paths.iter().map(|it| at(it)).collect::<Vec<_>>().join(":");
    let triplet = format!("{}-linux-gnu", std::env::consts::ARCH);
    let libraries = [&format!("usr/lib/{triplet}"), &format!("lib/{triplet}"), "usr/lib", "lib"];
    let libraries: Vec<&str> = libraries.iter().map(|it| it.as_ref()).collect();
    let env = pairs(&[
        ("PATH", &joined(&["usr/local/bin", "usr/bin", "bin", "usr/sbin", "usr/games"])),
        ("LD_LIBRARY_PATH", &joined(&libraries)),
    ]);
    Given { env, ..Given::default() }
}
