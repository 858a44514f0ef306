//! OCI images: what is unpacked, what is refused, and that nothing gets out of the store.

#![expect(clippy::unwrap_used, reason = "an image that cannot be made ends the test")]

mod made;
mod names;
mod pull;
mod registry;

use std::{
    fs,
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
};

use guest::tar::EntryKind;
use made::{File, Made, archive, directory, file, gzip, hard_link, link, other, put, zstd};
use proptest::prelude::*;
use sandbox::image::{Bounds, Image, ImageError, Store};
use serde_json::json;

struct Place {
    dir: tempfile::TempDir,
    store: Store,
}

impl Place {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path().join("store")).unwrap();
        Self { dir, store }
    }

    async fn import(&self, made: &Made) -> Result<Image, ImageError> {
        let layout = tempfile::tempdir().unwrap();
        Ok(self.store.import(&made.in_directory(layout.path()), None).await?.image)
    }

    /// What is left beside whole images.
    fn leftovers(&self) -> Vec<PathBuf> {
        let work = fs::read_dir(self.dir.path().join("store/work")).unwrap();
        let left = work.map(|it| it.unwrap().path());
        left.filter(|it| it.extension().is_none_or(|it| it != "lock")).collect()
    }
}

fn read(image: &Image, path: &str) -> String {
    fs::read_to_string(image.directory().join(path)).unwrap()
}

fn demo() -> Made {
    Made::of(&[
        &[
            directory("./"),
            directory("etc/"),
            file("etc/name", b"lower"),
            file("etc/gone", b"x"),
            directory("var/cache"),
            file("var/cache/old", b"x"),
            file("var/cache/sub/old", b"x"),
            link("bin", "usr/bin"),
            File { mode: 0o6755, ..file("usr/bin/tool", b"#!") },
            hard_link("usr/bin/twin", "usr/bin/tool"),
            other("dev/console", EntryKind::Special),
            File { mode: 0o4000, ..file("closed", b"x") },
        ],
        &[
            file("etc/name", b"upper"),
            file("etc/.wh.gone", b""),
            file("var/cache/sub/new", b"x"),
            file("var/cache/.wh..wh..opq", b""),
            file("var/cache/new", b"x"),
            file("bin/added", b"through the image's own link"),
        ],
    ])
}

fn assert_demo(image: &Image) {
    assert_eq!(read(image, "etc/name"), "upper");
    assert_eq!(read(image, "usr/bin/added"), "through the image's own link");
    let root = image.directory();
    for gone in ["etc/gone", "etc/.wh.gone", "var/cache/old", "var/cache/sub/old", "dev/console"] {
        assert!(!root.join(gone).exists(), "{gone}");
    }
    for there in ["var/cache/new", "var/cache/sub/new"] {
        assert!(root.join(there).exists(), "{there}");
    }
    let tool = fs::metadata(root.join("usr/bin/tool")).unwrap();
    assert_eq!(tool.permissions().mode() & 0o7777, 0o755);
    assert_eq!((tool.nlink(), tool.mtime()), (2, 1_600_000_000));
    assert_eq!(image.env()[1], ("LANG".to_owned(), "C.UTF-8".to_owned()));
    assert_eq!(image.working_dir(), Some("/srv"));
}

#[tokio::test]
async fn layers_lie_over_each_other_however_they_are_packed() {
    for pack in [gzip, zstd, <[u8]>::to_vec as fn(&[u8]) -> Vec<u8>] {
        let place = Place::new();
        let image = place.import(&Made { pack, ..demo() }).await.unwrap();
        assert_demo(&image);
        assert_eq!(place.store.find(image.digest()), Some(image));
        assert!(place.leftovers().is_empty());
    }
}

#[tokio::test]
async fn a_tar_of_a_layout_and_what_docker_saved_are_the_same_image() {
    let (place, made) = (Place::new(), demo());
    let files: Vec<_> = made.layout().iter().map(|(name, bytes)| file(name, bytes)).collect();
    let layout = place.dir.path().join("layout.tar");
    fs::write(&layout, archive(&files)).unwrap();
    let saved = place.dir.path().join("saved.tar");
    fs::write(&saved, made.saved()).unwrap();
    let one = place.store.import(&layout, Some("demo:1")).await.unwrap().image;
    assert_demo(&one);
    let inode = fs::metadata(one.directory()).unwrap().ino();
    let two = place.store.import(&saved, Some("demo:1")).await.unwrap().image;
    assert_eq!(one, two);
    // Unpacked once.
    assert_eq!(fs::metadata(two.directory()).unwrap().ino(), inode);
    let fresh = Place::new();
    assert_demo(&fresh.store.import(&saved, None).await.unwrap().image);
    let missing = place.store.import(&saved, Some("demo:2")).await;
    assert!(matches!(missing, Err(ImageError::Missing { .. })));
}

#[tokio::test]
async fn layers_that_docker_linked_are_found() {
    let place = Place::new();
    let twice = [file("a", b"1")];
    let saved = place.dir.path().join("saved.tar");
    fs::write(&saved, Made::of(&[&twice, &twice]).saved()).unwrap();
    assert_eq!(read(&place.store.import(&saved, None).await.unwrap().image, "a"), "1");
}

#[tokio::test]
async fn many_at_once_unpack_an_image_once() {
    let place = Place::new();
    let layout = place.dir.path().join("layout");
    demo().in_directory(&layout);
    let mut imports = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (store, layout) = (place.store.clone(), layout.clone());
        imports.spawn(async move { store.import(&layout, None).await.unwrap().image });
    }
    let mut images = imports.join_all().await;
    images.dedup();
    assert_eq!(images.len(), 1);
    assert_demo(&images[0]);
    assert!(place.leftovers().is_empty());
}

#[tokio::test]
async fn wrong_digests_are_refused_and_leave_nothing() {
    let place = Place::new();
    let mut made = demo();
    let parts = made.layout();
    for index in 0..parts.len() - 1 {
        let mut parts = parts.clone();
        let last = parts[index].1.len() - 1;
        parts[index].1[last] ^= 1;
        let layout = tempfile::tempdir().unwrap();
        let refused = place.store.import(&put(layout.path(), &parts), None).await;
        assert!(matches!(refused, Err(ImageError::Digest { .. })), "{index}: {refused:?}");
    }
    // A layer whose compressed form is as promised, and whose content is not.
    made.pack = |tar| gzip(&[tar, &[0; 512]].concat());
    let refused = place.import(&made).await;
    assert!(matches!(refused, Err(ImageError::Digest { .. })), "{refused:?}");
    assert!(place.leftovers().is_empty());
    assert_eq!(fs::read_dir(place.dir.path().join("store")).unwrap().count(), 1);
}

#[tokio::test]
async fn no_layer_writes_outside_its_root() {
    let place = Place::new();
    let outside = place.dir.path().join("outside");
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("secret"), "secret").unwrap();
    let there = outside.to_str().unwrap();
    let secret = format!("{there}/secret");
    let up = format!("{}{}", "../".repeat(20), there.trim_start_matches('/'));
    let layers: Vec<Vec<File>> = vec![
        vec![file("../x", b"x")],
        vec![file("a/../../x", b"x")],
        vec![link("l", there), file("l/x", b"x")],
        vec![link("l", &up), file("l/x", b"x")],
        vec![link("l", there), directory("l/d")],
        vec![link("l", &secret), file("l", b"x")],
        vec![hard_link("h", &secret), file("h", b"x")],
        vec![link("l", &secret), hard_link("h", "l"), file("h", b"x")],
        vec![link("l", there), file("l/.wh.secret", b"")],
        vec![link("l", there), file("l/.wh..wh..opq", b"")],
        vec![file(".wh...", b"")],
        vec![link("proc", "/proc"), file("proc/self/root/tmp/escaped-by-image", b"x")],
        vec![file(&secret, b"x")],
    ];
    for layer in layers {
        let name = layer.last().unwrap().name.clone();
        // Refused, or confined to the image's own tree.
        drop(place.import(&Made::of(&[&layer])).await);
        let found: Vec<_> = fs::read_dir(&outside).unwrap().collect();
        assert_eq!(found.len(), 1, "{name}");
        assert_eq!(fs::read_to_string(&secret).unwrap(), "secret", "{name}");
        assert_eq!(fs::metadata(&secret).unwrap().nlink(), 1, "{name}");
    }
    assert!(!Path::new("/tmp/escaped-by-image").exists());
    assert!(!place.dir.path().join("x").exists());
    assert!(place.leftovers().is_empty());
}

#[tokio::test]
async fn bombs_stop_at_the_bounds() {
    let bounds = Bounds { bytes: 1 << 20, entries: 100, ratio: 10 };
    let zeros = |count: usize| vec![0; count];
    let many: Vec<_> = (0..200).map(|it| file(&it.to_string(), b"")).collect();
    let bombs = [
        Made::of(&[&[file("a", &zeros(2 << 20))]]),
        Made::of(&[&[file("a", &zeros(800_000))], &[file("a", &zeros(800_000))]]),
        Made::of(&[&many]),
    ];
    for bomb in bombs {
        let mut place = Place::new();
        place.store = place.store.with_bounds(bounds);
        let refused = place.import(&bomb).await;
        assert!(matches!(refused, Err(ImageError::TooLarge { .. })), "{refused:?}");
        assert!(place.leftovers().is_empty());
    }
    let mut place = Place::new();
    place.store = place.store.with_bounds(Bounds { bytes: 1 << 40, ..bounds });
    let refused = place.import(&Made::of(&[&[file("a", &zeros(80 << 20))]])).await.unwrap_err();
    assert!(refused.to_string().contains("10 times its compressed size"), "{refused}");
}

#[tokio::test]
async fn what_is_no_image_is_told_so() {
    let place = Place::new();
    let file_of = |bytes: &[u8]| {
        let path = place.dir.path().join("file");
        fs::write(&path, bytes).unwrap();
        path
    };
    for bytes in [b"".to_vec(), b"PK\x03\x04".to_vec(), vec![b'x'; 10_000]] {
        let refused = place.store.import(&file_of(&bytes), None).await;
        assert!(matches!(refused, Err(ImageError::Unknown { .. })), "{refused:?}");
    }
    let refused = place.store.import(&file_of(&archive(&[file("a", b"")])), None).await;
    assert!(matches!(refused, Err(ImageError::Missing { .. })), "{refused:?}");
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep = archive(&[file("index.json", deep.as_bytes())]);
    let refused = place.store.import(&file_of(&deep), None).await;
    assert!(matches!(refused, Err(ImageError::Malformed { .. })), "{refused:?}");
    let escape = json!([{ "Config": "../../etc/passwd", "Layers": [] }]).to_string();
    let dir = tempfile::tempdir().unwrap();
    put(dir.path(), &[("manifest.json".to_owned(), escape.into_bytes())]);
    assert!(place.store.import(dir.path(), None).await.is_err());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn no_layer_gets_out_or_panics(
        entries in prop::collection::vec(
            ("(\\.\\./|/|a/|b/|l/){0,4}(\\.wh\\.)?[abl.]{1,2}", 0..5_u8, "(\\.\\./|/|a/){0,3}[abl.]{0,2}"),
            1..14,
        ),
        changes in prop::collection::vec((any::<usize>(), any::<u8>()), 0..4),
    ) {
        let place = Place::new();
        let files: Vec<_> = entries.iter().map(|(name, kind, target)| match kind {
            0 => directory(name),
            1 => link(name, target),
            2 => hard_link(name, target),
            _ => file(name, b"x"),
        }).collect();
        let mut layer = archive(&files);
        for (at, value) in changes {
            let at = at % layer.len();
            layer[at] = value;
        }
        let made = Made { layers: vec![archive(&[file("a", b"lower")]), layer], pack: gzip };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        drop(runtime.block_on(place.import(&made)));
        prop_assert_eq!(fs::read_dir(place.dir.path()).unwrap().count(), 1);
        prop_assert!(place.leftovers().is_empty());
    }
}
