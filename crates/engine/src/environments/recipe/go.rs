//! `go get` into a module cache of the environment's own. Fetching modules runs none of their code.

use super::{CERTIFICATES, Order, TREE, pairs};
use crate::environments::{EnvironmentError, indexes::Indexes, workbench::Workbench};

/// The module that programs of an environment belong to.
const MODULE: &str = "program";

pub(super) async fn install(
    bench: &mut Workbench,
    order: Order<'_>,
) -> Result<(), EnvironmentError> {
    let go = order.tools.manager();
    let fails_as = format!("go could not get {}", order.names());
    let init = [go.as_str(), "mod", "init", MODULE];
    let wanted: Vec<_> = order
        .requirements
        .iter()
        .map(|it| match it.version.as_str() {
            "" => it.name.clone(),
            version => format!("{}@{version}", it.name),
        })
        .collect();
    let mut get = vec![go.as_str(), "get", "--"];
    get.extend(wanted.iter().map(String::as_str));
    let download = [go.as_str(), "mod", "download"];
    for argv in [init.as_slice(), &get, &download] {
        let mut step = order.tools.step(bench, &fails_as, argv);
        step.env.extend(env(bench, order));
        bench.run(step).await?;
    }
    // The list of what was asked for names the proxies; modules themselves stand elsewhere.
    let mut build = vec![go.as_str(), "build", "--"];
    build.extend(order.requirements.iter().map(|it| it.name.as_str()));
    let mut ahead = order.tools.step(bench, "go could not build ahead", &build);
    ahead.env.extend(env(bench, order));
    ahead.env.push(("GOPROXY".to_owned(), "off".to_owned()));
    // A module without a package at its root is no failure: its packages are built when they are used.
    bench.attempt(ahead).await?;
    Ok(())
}

/// What no program needs to wait for again: the library of the language, as programs are linked here.
pub(super) async fn build_library(
    bench: &mut Workbench,
    order: Order<'_>,
) -> Result<(), EnvironmentError> {
    let go = order.tools.manager();
    let argv = [go.as_str(), "build", "std"];
    let mut step = order.tools.step(bench, "go could not build its library", &argv);
    step.env.extend(env(bench, order));
    bench.run(step).await?;
    Ok(())
}

fn env(bench: &Workbench, order: Order<'_>) -> Vec<(String, String)> {
    let indexes: &Indexes = order.indexes;
    let proxies: Vec<_> = indexes.go.iter().map(|it| it.reveal()).collect();
    let mut env = pairs(&[
        ("GOPATH", &bench.at("gopath")),
        ("GOMODCACHE", &bench.at(&format!("{TREE}/modules"))),
        ("GOCACHE", &bench.at(&format!("{TREE}/built"))),
        ("GOFLAGS", "-modcacherw -trimpath -buildvcs=false"),
        ("GOTOOLCHAIN", "local"),
        ("GOTELEMETRY", "off"),
        ("GO111MODULE", "on"),
        ("CGO_ENABLED", "0"),
        ("GOSUMDB", indexes.go_sums()),
        // Without `direct`: a module's own host is none of the machine's indexes.
        (
            "GOPROXY",
            &if proxies.is_empty() {
                "https://proxy.golang.org".to_owned()
            } else {
                proxies.join(",")
            },
        ),
    ]);
    if indexes.certificates.is_some() {
        env.push(("SSL_CERT_FILE".to_owned(), bench.at(CERTIFICATES)));
    }
    env
}
