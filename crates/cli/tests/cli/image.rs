//! Images that programs run in without a daemon: imported, chosen, listed and removed.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use crate::harness::{Place, outside, sandboxes, skipped};

/// What stands in for a compiler: its programs tell when they were made.
const RUSTC: &str = "#!/usr/bin/bash
[ \"$1\" = --version ] && echo 'rustc 1.0.0' && exit
while [ $# -gt 1 ]; do [ \"$1\" = -o ] && made=$2; shift; done
printf '#!/usr/bin/bash\\necho compiled at %s\\n' $EPOCHREALTIME > \"$made\"
";

/// An image with nothing in it but bash and a stand-in, as `docker save` writes one. `None` where there is
/// no bash.
fn image(place: &Place) -> Option<PathBuf> {
    let bash = Path::new("/usr/bin/bash");
    if !bash.exists() {
        skipped("there is no bash to make an image of");
        return None;
    }
    let root = place.path("root");
    put(&root, bash);
    let libraries = outside("ldd").arg(bash).output().unwrap();
    let libraries = String::from_utf8(libraries.stdout).unwrap();
    for library in libraries.split_ascii_whitespace().filter(|it| it.starts_with('/')) {
        put(&root, Path::new(library));
    }
    for (name, text) in [("rustc", RUSTC), ("cc", "#!/usr/bin/bash\necho cc 1.0\n")] {
        let path = root.join("usr/bin").join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::create_dir_all(root.join("etc")).unwrap();
    fs::write(root.join("etc/made"), "in the image\n").unwrap();
    let dir = place.path("saved");
    fs::create_dir(&dir).unwrap();
    let layer = dir.join("layer.tar");
    let made =
        outside("tar").arg("-cf").arg(&layer).arg("-C").arg(&root).arg(".").status().unwrap();
    assert!(made.success());
    let env = ["PATH=/opt/none:/usr/bin", "MADE_BY=a test"];
    let digest = format!("sha256:{}", sha256(&layer));
    let config = serde_json::json!({
        "config": { "Env": env }, "rootfs": { "diff_ids": [digest] }
    });
    fs::write(dir.join("config"), config.to_string()).unwrap();
    let name = format!("{}.json", sha256(&dir.join("config")));
    fs::rename(dir.join("config"), dir.join(&name)).unwrap();
    let manifest = serde_json::json!([
        { "Config": name, "RepoTags": ["made:1"], "Layers": ["layer.tar"] }
    ]);
    fs::write(dir.join("manifest.json"), manifest.to_string()).unwrap();
    Some(dir)
}

fn put(root: &Path, file: &Path) {
    let target = root.join(file.strip_prefix("/").unwrap());
    fs::create_dir_all(target.parent().unwrap()).unwrap();
    fs::copy(file, target).unwrap();
}

fn sha256(file: &Path) -> String {
    let said = outside("sha256sum").arg(file).output().unwrap().stdout;
    String::from_utf8(said).unwrap()[..64].to_owned()
}

/// A place with an image that was imported there under its own name.
fn imported() -> Option<Place> {
    let place = Place::new();
    image(&place)?;
    let answer = place.runbook(&["image", "import", "saved"]).expect(0);
    assert!(answer.text().starts_with("sha256:"), "{answer:?}");
    assert!(answer.text().ends_with(" is made:1\n"), "{answer:?}");
    Some(place)
}

const LOOK: &str = "echo $(</etc/made) $MADE_BY; [ -e /etc/debian_version ] || echo alone";

#[test]
fn an_imported_image_is_what_a_snippet_runs_in() {
    if !sandboxes() {
        return;
    }
    let Some(place) = imported() else { return };
    for image in ["made:1", "docker.io/library/made:1", "oci:saved"] {
        let answer = place.fed(&["exec", "bash", "--image", image], LOOK.as_bytes()).expect(0);
        assert_eq!(answer.text(), "in the image a test\nalone\n", "{image}");
    }
    let answer = place.fed(&["exec", "python", "--image", "made:1"], b"print(1)").expect(75);
    assert!(answer.error().contains("python is not installed in the image"), "{answer:?}");
    let elsewhere = "localhost:1/made:2";
    let answer = place.fed(&["exec", "bash", "--image", elsewhere], b"").expect(75);
    assert!(answer.stderr.contains("pulling localhost:1/made:2 from localhost:1"), "{answer:?}");
    assert!(answer.stderr.contains("the registry localhost:1 does not listen"), "{answer:?}");
    let answer = place.fed(&["exec", "bash", "--image", "made:1", "--backend", "host"], b"");
    assert!(answer.expect(75).error().contains("with the host backend"));
}

#[test]
fn a_program_is_compiled_in_its_image_and_kept() {
    if !sandboxes() {
        return;
    }
    let Some(place) = imported() else { return };
    let kept = place.path("cache");
    let arguments = ["exec", "rust", "--image", "made:1", "--cache-dir", kept.to_str().unwrap()];
    let made = |code: &str| place.fed(&arguments, code.as_bytes()).expect(0).text().to_owned();
    let first = made("fn main() {}");
    assert!(first.starts_with("compiled at "), "{first}");
    assert_eq!(made("fn main() {}"), first, "it was compiled again");
    assert_ne!(made("fn main() { }"), first, "what changed was not compiled");
}

#[test]
fn a_document_chooses_among_the_images_that_are_here_and_brings_none() {
    if !sandboxes() {
        return;
    }
    let Some(place) = imported() else { return };
    let document = |image: &str| {
        format!("---\nrunbook: {{image: \"{image}\"}}\n---\n\n```runnable bash\n{LOOK}\n```\n")
    };
    place.write("doc.md", document("made:1"));
    let answer = place.runbook(&["run", "-q", "doc.md"]).expect(0);
    assert_eq!(answer.text(), "in the image a test\nalone\n");
    place.write("doc.md", document("oci:saved"));
    let answer = place.runbook(&["run", "-q", "doc.md"]).expect(75);
    assert!(answer.error().contains("no image oci:saved"), "{answer:?}");
    let answer = place.runbook(&["run", "-q", "doc.md", "--image", "none"]).expect(0);
    assert!(!answer.text().contains("in the image"), "{answer:?}");
}

#[test]
fn images_are_listed_renamed_and_removed() {
    let Some(place) = imported() else { return };
    let archive = outside("tar").current_dir(place.path("saved")).args(["-c", "."]).output();
    let archive = archive.unwrap().stdout;
    let answer = place.fed(&["image", "import", "-", "--name", "ghcr.io/ada/x:2"], &archive);
    assert!(answer.expect(0).text().ends_with(" is ghcr.io/ada/x:2\n"));
    let listed = place.runbook(&["image", "list", "--json"]).expect(0).json_lines();
    let [image] = &listed[..] else { panic!("{listed:?}") };
    assert_eq!(image["names"], serde_json::json!(["made:1", "ghcr.io/ada/x:2"]));
    assert!(image["bytes"].as_u64().unwrap() > 100_000, "{image}");
    let answer = place.runbook(&["image", "list"]).expect(0);
    assert!(answer.text().starts_with("made:1, ghcr.io/ada/x:2 "), "{answer:?}");
    let answer = place.runbook(&["image", "remove", "made:1"]).expect(0);
    assert_eq!(answer.text(), "forgot made:1\n");
    let digest = image["digest"].as_str().unwrap();
    let answer = place.runbook(&["image", "remove", digest]).expect(0);
    assert_eq!(answer.text(), format!("removed {digest}\n"));
    assert_eq!(place.runbook(&["image", "list"]).expect(0).text(), "");
    let answer = place.runbook(&["image", "remove", "made:1"]).expect(2);
    assert!(answer.error().contains("no image made:1"), "{answer:?}");
}

#[test]
fn what_is_no_image_is_refused() {
    let place = Place::with("text", "no image");
    let answer = place.runbook(&["image", "import", "text"]).expect(2);
    assert!(answer.error().contains("text is neither an OCI image layout"), "{answer:?}");
    let answer = place.runbook(&["image", "import", "nowhere"]).expect(75);
    assert!(answer.error().contains("cannot open nowhere"), "{answer:?}");
    let answer = place.runbook(&["exec", "bash", "--image", "No Image"]).expect(2);
    assert!(answer.stderr.contains("is no image"), "{answer:?}");
}
