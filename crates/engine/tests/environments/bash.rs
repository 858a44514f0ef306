use document::Runtime;
use engine::{AptIndex, Indexes};
use sandbox::ExitStatus;

use super::{
    archives::{ar, sha256, tar_gz},
    harness::{Kitchen, failure, limits},
    index::{Files, Index},
};

fn deb(control: &str, files: &[(&str, u32, &[u8])]) -> Vec<u8> {
    // A script of the maintainer's, which must not run.
    let postinst = b"#!/bin/sh\ntouch /tmp/environment/postinst-ran\n";
    ar(&[
        ("debian-binary", b"2.0\n".to_vec()),
        (
            "control.tar.gz",
            tar_gz(&[("./control", 0o644, control.as_bytes()), ("./postinst", 0o755, postinst)]),
        ),
        ("data.tar.gz", tar_gz(files)),
    ])
}

/// A flat repository: a program, and the package with its data.
fn files() -> Files {
    let mut files = Files::new();
    let mut packages = String::new();
    let program = b"#!/bin/sh\nexec cat \"$(dirname \"$0\")/../share/greeting\"\n";
    for (name, depends, content) in [
        ("greeting", "Depends: greeting-data\n", ("./usr/bin/greeting", 0o755, program.as_slice())),
        ("greeting-data", "", ("./usr/share/greeting", 0o644, b"hello\n".as_slice())),
    ] {
        let control = format!(
            "Package: {name}\nVersion: 1.2-1\nArchitecture: all\nMaintainer: Ada <ada@example.com>\n\
             {depends}Description: a greeting\n"
        );
        let archive = deb(&control, &[content]);
        let (size, sum) = (archive.len(), sha256(&archive));
        let place = format!("Filename: ./{name}.deb\nSize: {size}\nSHA256: {sum}\n");
        packages.extend([&*control, &*place, "\n"]);
        files.insert(format!("/{name}.deb"), archive.clone());
        files.insert(format!("/./{name}.deb"), archive);
    }
    files.insert("/Packages".to_owned(), packages.clone().into_bytes());
    files.insert("/./Packages".to_owned(), packages.into_bytes());
    files
}

async fn kitchen(index: &Index) -> Option<Kitchen> {
    let source = format!("deb [trusted=yes] {} ./\n", index.url(""));
    let sources = vec![("double.list".to_owned(), source)];
    let apt = AptIndex { sources, ..AptIndex::default() };
    Kitchen::open(Indexes { apt, ..Indexes::default() }, limits(), &["apt-get", "dpkg-deb"]).await
}

#[tokio::test]
async fn a_package_runs_with_what_it_depends_on_and_without_its_scripts() {
    let index = Index::serve(|_| files());
    let Some(kitchen) = kitchen(&index).await else { return };
    let environment = kitchen.ready(Runtime::Bash, &["greeting=1.2-1"]).await.unwrap();
    let (stdout, stderr, status) = kitchen.run(Runtime::Bash, "greeting", &environment).await;
    assert_eq!((stdout.as_str(), status), ("hello\n", ExitStatus::Code(0)), "{stderr}");
    assert!(!environment.directories[0].join("postinst-ran").exists());
}

#[tokio::test]
async fn a_package_that_there_is_not_fails_with_apts_words() {
    let index = Index::serve(|_| files());
    let Some(kitchen) = kitchen(&index).await else { return };
    let (what, log) = failure(kitchen.ready(Runtime::Bash, &["no-such-package"]).await);
    assert!(what.starts_with("apt could not fetch no-such-package: exit code"), "{what}");
    assert!(log.contains("Unable to locate package no-such-package"), "{log}");
}
