//! Against what this machine reaches for packages, where it reaches anything.

use std::{
    net::{TcpStream, ToSocketAddrs},
    path::PathBuf,
    time::Duration,
};

use document::Runtime;
use engine::{AptIndex, Environment, Indexes};
use sandbox::{EgressConfig, ExitStatus};

use super::{
    compiled::compile_and_run,
    harness::{Kitchen, limits},
};

fn reaches(host: &str) -> bool {
    let addresses = (host, 443).to_socket_addrs().into_iter().flatten();
    let within = Duration::from_secs(3);
    let reached = addresses.take(2).any(|it| TcpStream::connect_timeout(&it, within).is_ok());
    if !reached {
        eprintln!("skipped: this machine does not reach {host}");
    }
    reached
}

/// The public indexes, with the certificates that this machine trusts.
async fn kitchen(needs: &[&str]) -> Option<Kitchen> {
    let certificates = PathBuf::from("/etc/ssl/certs/ca-certificates.crt");
    let indexes = Indexes {
        certificates: Some(certificates).filter(|it| it.is_file()),
        apt: debian(),
        ..Indexes::default()
    };
    Kitchen::open_reaching(EgressConfig::default(), indexes, limits(), needs).await
}

/// Debian's archive, if this machine is one of its own.
fn debian() -> AptIndex {
    let place = "/etc/apt/sources.list.d/debian.sources";
    let sources = std::fs::read_to_string(place).map(|it| ("debian.sources".to_owned(), it));
    let status = Some(PathBuf::from("/var/lib/dpkg/status"));
    AptIndex { sources: sources.into_iter().collect(), status, ..AptIndex::default() }
}

#[tokio::test]
async fn packages_of_the_public_indexes_are_installed() {
    let Some(kitchen) = kitchen(&["python3"]).await else { return };
    if reaches("pypi.org") {
        let environment = kitchen.ready(Runtime::Python, &["six>=1.16,<2"]).await.unwrap();
        let said = kitchen.run(Runtime::Python, "import six; print(six.PY3)", &environment).await;
        assert_eq!((said.0.as_str(), said.2), ("True\n", ExitStatus::Code(0)), "{}", said.1);
    }
    if reaches("registry.npmjs.org") && kitchen.runtimes.tool("npm").is_some() {
        let environment = kitchen.ready(Runtime::Node, &["is-odd@^3"]).await.unwrap();
        let code = "console.log(require('is-odd')(3));";
        let said = kitchen.run(Runtime::Node, code, &environment).await;
        assert_eq!((said.0.as_str(), said.2), ("true\n", ExitStatus::Code(0)), "{}", said.1);
    }
}

#[tokio::test]
async fn typescript_runs_where_there_is_only_node() {
    if !reaches("registry.npmjs.org") {
        return;
    }
    let Some(kitchen) = kitchen(&["node", "npm"]).await else { return };
    let code = "import * as os from 'node:os';\nenum Colour { Red = 1 }\n\
                const name: string = await Promise.resolve('ada');\n\
                console.log(name, Colour.Red, typeof os.cpus, typeof require);\n";
    let environment = Environment::default();
    for _ in 0..2 {
        let (stdout, stderr, status) =
            compile_and_run(&kitchen, Runtime::Typescript, code, &environment).await;
        assert_eq!(stdout, "ada 1 function function\n", "{stderr}");
        assert_eq!(status, ExitStatus::Code(0));
        assert_eq!(kitchen.kept(), 2);
    }
    let broken = "const = 1;\n";
    let (_, stderr, status) =
        compile_and_run(&kitchen, Runtime::Typescript, broken, &environment).await;
    assert!(stderr.contains("main.ts:1:6"), "{stderr}");
    assert_eq!(status, ExitStatus::Code(1));
}

#[tokio::test]
async fn a_crate_of_the_public_registry_is_linked() {
    if !reaches("index.crates.io") || !reaches("static.crates.io") {
        return;
    }
    let Some(kitchen) = kitchen(&["cargo", "cc"]).await else { return };
    let environment = kitchen.ready(Runtime::Rust, &["serde[derive]@1"]).await.unwrap();
    let code = "#[derive(serde::Serialize)] struct S; fn is<T: serde::Serialize>(_: T) {}\n\
                fn main() { is(S); println!(\"yes\"); }";
    let (stdout, stderr, status) =
        compile_and_run(&kitchen, Runtime::Rust, code, &environment).await;
    assert_eq!((stdout.as_str(), status), ("yes\n", ExitStatus::Code(0)), "{stderr}");
}

#[tokio::test]
async fn a_package_of_debians_archive_runs() {
    if debian().sources.is_empty() {
        eprintln!("skipped: this machine is no Debian");
        return;
    }
    if !reaches("deb.debian.org") {
        return;
    }
    let Some(kitchen) = kitchen(&["apt-get"]).await else { return };
    let environment = kitchen.ready(Runtime::Bash, &["hello"]).await.unwrap();
    let code = "hello --greeting=hi";
    let (stdout, stderr, status) = kitchen.run(Runtime::Bash, code, &environment).await;
    assert_eq!((stdout.as_str(), status), ("hi\n", ExitStatus::Code(0)), "{stderr}");
}
