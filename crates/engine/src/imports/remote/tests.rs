//! Addresses that are refused, and a clone from a server on this machine, which only tests may reach.

use std::{
    net::{IpAddr, Ipv4Addr},
    process::{Command, Stdio},
    sync::Arc,
};

use axum::{Router, body::Bytes, extract::State, http::header, routing};
use sandbox::{Namespaces, Readiness, StartError, egress::Resolver};

use super::*;

#[test]
fn only_public_addresses_over_https_are_imported_from() {
    for url in [
        "http://example.com/a.md",
        "file:///etc/passwd",
        "ssh://git@example.com/a",
        "https://user:secret@example.com/a",
        "https://example.com/",
        "https://example.com/a?b",
        "https://example.com/a#--upload-pack=x",
        "ext::sh -c id",
        "",
    ] {
        let refused = Address::parse(url);
        assert!(matches!(refused, Err(FetchError::Address { .. })), "{url}: {refused:?}");
    }
    for url in [
        "https://127.0.0.1/a.md",
        "https://10.1.2.3/a",
        "https://[::1]/a.md",
        "https://169.254.169.254/latest/a.md",
        "https://2130706433/a.md",
    ] {
        let refused = Address::parse(url);
        assert!(matches!(refused, Err(FetchError::Private { .. })), "{url}: {refused:?}");
    }
}

#[test]
fn an_address_is_that_of_a_file_or_of_a_repository() {
    for (url, file) in [
        ("https://example.com/a/b.md", "https://example.com/a/b.md"),
        (
            "https://github.com/o/r/blob/main/d/x.ipynb",
            "https://raw.githubusercontent.com/o/r/main/d/x.ipynb",
        ),
        ("https://gitlab.com/g/r/-/blob/main/x.md", "https://gitlab.com/g/r/-/raw/main/x.md"),
    ] {
        let Ok(Address::File { url: found, .. }) = Address::parse(url) else { panic!("{url}") };
        assert_eq!(found.as_str(), file);
    }
    let Ok(Address::Repository(found)) = Address::parse("https://github.com/o/r.git#v1") else {
        panic!()
    };
    assert_eq!(found.branch.as_deref(), Some("v1"));
    let arguments = found.arguments();
    assert_eq!(arguments[arguments.len() - 2..], ["https://github.com/o/r.git", "repository"]);
}

#[tokio::test]
async fn a_name_of_this_machine_is_not_spoken_to() {
    let Ok(Address::File { url, .. }) = Address::parse("https://localhost/a.md") else { panic!() };
    let refused = download(&url, 100).await.unwrap_err();
    assert!(matches!(refused, FetchError::Private { .. }), "{refused}");
}

/// Git as it is on this machine, for what the tests serve.
#[expect(clippy::disallowed_methods, reason = "the tests make a repository and serve it")]
fn git(directory: &Path, arguments: &[&str], input: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut child = Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"])
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "git {arguments:?}");
    output.stdout
}

fn repository() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    git(path, &["init", "--quiet", "--initial-branch=main"], b"");
    std::fs::create_dir(path.join("sub")).unwrap();
    for (name, text) in [
        ("README.md", "# Cloned\n"),
        ("sub/a.ipynb", "{}"),
        ("sub/code.py", "x"),
        (".hidden.md", "# Hidden\n"),
    ] {
        std::fs::write(path.join(name), text).unwrap();
    }
    std::os::unix::fs::symlink("/etc/passwd", path.join("link.md")).unwrap();
    git(path, &["add", "."], b"");
    git(path, &["commit", "--quiet", "--message=All"], b"");
    directory
}

/// What git asks a server that speaks HTTP, answered by git itself.
fn server(repository: &Path) -> Router {
    let advertise = |State(path): State<Arc<Path>>| async move {
        let refs = git(&path, &["upload-pack", "--stateless-rpc", "--advertise-refs", "."], b"");
        let mut body = b"001e# service=git-upload-pack\n0000".to_vec();
        body.extend(refs);
        ([(header::CONTENT_TYPE, "application/x-git-upload-pack-advertisement")], body)
    };
    let pack = |State(path): State<Arc<Path>>, wants: Bytes| async move {
        let body = git(&path, &["upload-pack", "--stateless-rpc", "."], &wants);
        ([(header::CONTENT_TYPE, "application/x-git-upload-pack-result")], body)
    };
    Router::new()
        .route("/r.git/info/refs", routing::get(advertise))
        .route("/r.git/git-upload-pack", routing::post(pack))
        .with_state(Arc::from(repository))
}

#[tokio::test]
async fn documents_of_a_repository_are_taken_and_links_lead_nowhere() {
    let found = sandbox::runtime::discover(env!("PATH"));
    if found.tool("git").is_none() {
        eprintln!("skipped: git is not installed");
        return;
    }
    let served = repository();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = axum::serve(listener, server(served.path()));
    let resolver = Resolver::new(|_| Ok(vec![IpAddr::V4(Ipv4Addr::LOCALHOST)]));
    let egress = EgressConfig { resolver, ..EgressConfig::default() };
    let url = Url::parse(&format!("http://git.test:{port}/r.git")).unwrap();
    let repository = Repository { url, branch: Some("main".to_owned()) };
    // A name alone does not lead to this machine: the test allows the address.
    let rules = vec![repository.rule().unwrap(), format!("127.0.0.1:{port}").parse().unwrap()];
    let backend = Namespaces::new(Readiness::OnDemand).unwrap();
    match Sandbox::start(&backend, Spec::default()).await {
        Ok(sandbox) => sandbox.destroy().await,
        Err(error @ StartError::NotPermitted { .. }) => return eprintln!("skipped: {error}"),
        Err(error) => panic!("{error}"),
    }
    let stop = CancellationToken::new();
    let work = async {
        let refused = repository.fetch(&backend, egress.clone(), &stop).await.unwrap_err();
        assert!(matches!(refused, FetchError::Clone { .. }), "{refused}");
        repository.fetch_reaching(rules, &backend, egress, &stop).await.unwrap()
    };
    let bundle = tokio::select! {
        bundle = work => bundle,
        ended = serving => panic!("{ended:?}"),
    };
    let found: Vec<_> = bundle.entries.iter().map(|it| (it.name.as_str(), &it.bytes[..])).collect();
    // A link is a text that says where it leads, and leads nowhere.
    let expected: [(&str, &[u8]); 3] =
        [("README.md", b"# Cloned\n"), ("link.md", b"/etc/passwd"), ("sub/a.ipynb", b"{}")];
    assert_eq!(found, expected);
}
