use std::path::PathBuf;

use super::*;

/// Documents that were signed by `ssh-keygen` and as minisign does it.
fn signed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/signed")
}

fn signers() -> Signers {
    Signers::parse(&fs::read_to_string(signed().join("trusted_signers")).unwrap()).unwrap()
}

/// A document of its own directory, as `files` of the signed ones, some of which are others.
struct Place(tempfile::TempDir);

impl Place {
    fn with(files: &[&str]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        fs::create_dir(place.0.path().join("files")).unwrap();
        for file in files {
            fs::copy(signed().join(file), place.0.path().join(file)).unwrap();
        }
        place
    }

    fn copy(&self, from: &str, to: &str) {
        fs::copy(signed().join(from), self.0.path().join(to)).unwrap();
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.0.path().join(file), text).unwrap();
    }

    fn signature(&self, document: &str, signers: &Signers) -> Signature {
        let path = self.0.path().join(document);
        let folder = Folder::of(&path).unwrap();
        let reading = Reading::from_disk(&path, &folder, None).unwrap();
        Signature::of(&path, &reading, &folder, signers)
    }
}

const ALL: [&str; 8] = [
    "runbook.mdx",
    "who.yml",
    "greet.sh",
    "more.sh",
    "files/boilerplate.yml",
    "files/page.txt",
    "runbook.sha256",
    "runbook.sha256.sig",
];

fn good(by: &str) -> Signature {
    Signature::Good { by: by.to_owned() }
}

#[test]
fn a_document_alone_is_signed_by_minisign_or_by_ssh() {
    for (file, ending, by) in [
        ("plain.mdx.sig", "sig", "ada@example.com"),
        ("rsa.sig", "sig", "bob@example.com"),
        ("plain.mdx.minisig", "minisig", "Grace Hopper"),
    ] {
        let place = Place::with(&["plain.mdx"]);
        assert_eq!(place.signature("plain.mdx", &signers()), Signature::Absent);
        place.copy(file, &format!("plain.mdx.{ending}"));
        assert_eq!(place.signature("plain.mdx", &signers()), good(by));
        let unknown = place.signature("plain.mdx", &Signers::default());
        assert!(
            matches!(&unknown, Signature::Unknown { key, .. } if key.len() > 20),
            "{unknown:?}"
        );
        place.write("plain.mdx", "# Plain\n\n<Command id=\"greet\" command=\"evil\" />\n");
        let changed = place.signature("plain.mdx", &signers());
        assert!(
            matches!(&changed, Signature::Bad { reason, .. } if reason.contains("is not what")),
            "{changed:?}"
        );
    }
}

#[test]
fn what_is_no_signature_of_the_document_is_told_as_such() {
    for (file, ending, wanted) in [
        ("other-namespace.sig", "sig", "sign with `-n runbook`"),
        ("ecdsa.sig", "sig", "kind of key"),
        ("old.minisig", "minisig", "in an old way"),
        ("plain.mdx", "sig", "has no signature"),
        ("runbook.sha256.sig", "sig", "is not what was signed"),
    ] {
        let place = Place::with(&["plain.mdx", "plain.mdx.minisig", "plain.mdx.sig"]);
        place.copy(file, &format!("plain.mdx.{ending}"));
        let found = place.signature("plain.mdx", &signers());
        let Signature::Bad { reason, .. } = &found else { panic!("{file}: {found:?}") };
        assert!(reason.contains(wanted), "{file}: {reason}");
    }
}

#[test]
fn a_list_covers_the_document_and_every_file_that_it_names() {
    let place = Place::with(&ALL);
    assert_eq!(place.signature("runbook.mdx", &signers()), good("ada@example.com"));
    for changed in
        ["runbook.mdx", "who.yml", "greet.sh", "more.sh", "files/boilerplate.yml", "files/page.txt"]
    {
        let place = Place::with(&ALL);
        let before = fs::read_to_string(place.0.path().join(changed)).unwrap();
        place.write(changed, &format!("{before}\n"));
        let found = place.signature("runbook.mdx", &signers());
        let said = format!("{changed} is not what was signed");
        assert!(matches!(&found, Signature::Bad { reason, .. } if *reason == said), "{found:?}");
    }
}

#[test]
fn what_a_signature_does_not_cover_is_named() {
    let place = Place::with(&ALL);
    place.write("files/new.sh", "evil");
    let missing = |found: Signature| {
        let Signature::Partial { by, missing } = &found else { panic!("{found:?}") };
        assert_eq!(by, "ada@example.com");
        missing.clone()
    };
    assert_eq!(missing(place.signature("runbook.mdx", &signers())), "files/new.sh");
    let place = Place::with(&ALL);
    place.copy("plain.mdx", "plain.mdx");
    assert_eq!(missing(place.signature("plain.mdx", &signers())), "plain.mdx");
}

#[test]
fn a_signature_of_the_text_alone_covers_no_file_that_it_names() {
    let place = Place::with(&["greet.sh", "named.mdx", "named.mdx.sig"]);
    let found = place.signature("named.mdx", &signers());
    let (by, missing) = ("ada@example.com".to_owned(), "greet.sh".to_owned());
    assert_eq!(found, Signature::Partial { by, missing });
}

#[test]
fn the_files_of_a_module_are_covered_by_nobody() {
    let place = Place::with(&["module.mdx", "module.mdx.sig"]);
    fs::create_dir(place.0.path().join("module")).unwrap();
    place.copy("module/main.tf", "module/main.tf");
    let found = place.signature("module.mdx", &signers());
    let (by, missing) = ("edsger@example.com".to_owned(), "the module of bucket".to_owned());
    assert_eq!(found, Signature::Partial { by, missing });
}

#[test]
fn a_list_names_files_beside_the_document_only() {
    let hash = "a".repeat(64);
    for line in ["/etc/passwd", "../x", "a/../../x", ".", ""] {
        let error = Manifest::parse(&format!("{hash}  {line}\n")).unwrap_err();
        assert!(error.starts_with("line 1 of runbook.sha256"), "{error}");
    }
    for line in [format!("\\{hash}  x"), hash.clone(), format!("{}  x", &hash[1..])] {
        assert!(Manifest::parse(&line).is_err(), "{line}");
    }
    assert!(Manifest::parse(&format!("{hash} *./a/../b c\n\n")).is_ok());
}

#[test]
fn a_line_that_names_no_key_is_refused_with_its_number() {
    let text = fs::read_to_string(signed().join("trusted_signers")).unwrap();
    let key = text.lines().find(|it| it.starts_with("bob")).unwrap().split_once(' ').unwrap().1;
    for (line, wanted) in [
        ("ada@example.com", "names no key"),
        ("ada@example.com ssh-ed25519 AAAA", "names no key"),
        (&format!("bob valid-before=\"20200101\" {key}"), "options valid-before"),
        (&format!("bob cert-authority {key}"), "options cert-authority"),
        (&format!("bob namespaces=\"git\" {key}"), "options namespaces"),
        (&format!("bob {}", key.replace("ssh-rsa", "ssh-ed25519")), "no ssh-ed25519"),
    ] {
        let error = Signers::parse(&format!("# one\n{line}\n")).unwrap_err().to_string();
        assert!(error.starts_with("line 2 ") && error.contains(wanted), "{line}: {error}");
    }
}

#[test]
fn no_bytes_in_the_place_of_a_signature_are_too_much() {
    let whole = fs::read_to_string(signed().join("plain.mdx.sig")).unwrap();
    let inner: String = whole.lines().filter(|it| !it.starts_with('-')).collect();
    for cut in 0..inner.len() {
        let text = format!(
            "-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----",
            &inner[..cut]
        );
        let verdict = signers().verify(b"x", &text);
        assert!(matches!(verdict, Verdict::Bad { .. }), "{cut}: {verdict:?}");
    }
}
