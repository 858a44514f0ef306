//! Roots other than the host's own: directories, hostile ones among them, and copies on write.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::{Path, PathBuf},
};

use sandbox::{
    ExitStatus, ImageSource, ImagesConfig, Namespaces, Readiness, Root, Sandbox, Spec, System,
    image::{ImageError, Reference, RegistryConfig, Removed, Store},
};
use sha2::{Digest, Sha256};

use super::harness::{Cage, Outcome};

const WRITABLE: Root = Root::CopyOnWrite { bytes: 8 << 20, inodes: 500 };

/// A root file system with one program in it, which is linked statically.
struct Made {
    dir: tempfile::TempDir,
}

impl Made {
    fn new() -> Option<Self> {
        let busybox = ["/bin/busybox", "/usr/bin/busybox"].iter().map(Path::new);
        let Some(busybox) = busybox.into_iter().find(|it| it.exists()) else {
            eprintln!("skipped: there is no busybox to make a system of");
            return None;
        };
        let made = Self { dir: tempfile::tempdir().unwrap() };
        fs::set_permissions(made.dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        for dir in ["usr/bin", "etc", "var/tmp", "opt/dir"] {
            fs::create_dir_all(made.at(dir)).unwrap();
        }
        fs::copy(busybox, made.at("usr/bin/busybox")).unwrap();
        symlink("usr/bin", made.at("bin")).unwrap();
        fs::write(made.at("etc/passwd"), "root:x:0:0::/root:/bin/sh\n").unwrap();
        fs::write(made.at("etc/resolv.conf"), "nameserver 192.0.2.1\n").unwrap();
        fs::write(made.at("etc/name"), "made\n").unwrap();
        fs::write(made.at("opt/file"), "lower\n").unwrap();
        fs::write(made.at("opt/dir/file"), "lower\n").unwrap();
        fs::write(made.at("top"), "file\n").unwrap();
        Some(made)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    async fn cage(&self, root: Root) -> Option<Cage> {
        let system = System::Directory(self.dir.path().to_owned());
        Cage::with(Spec { system, root, ..Spec::default() }).await
    }
}

async fn sh(cage: &Cage, script: &str) -> Outcome {
    let wrapped = "PATH=/tmp/b; [ -d /tmp/b ] || { /usr/bin/busybox mkdir /tmp/b; \
                   /usr/bin/busybox --install -s /tmp/b; }; ";
    cage.run(&["/usr/bin/busybox", "sh", "-c", &format!("{wrapped}{script}")]).await
}

fn is_writable(cage: &Cage) -> bool {
    let missing = &cage.sandbox.isolation().missing;
    let refused = missing.iter().find(|it| it.starts_with("the system is read-only"));
    if let Some(refused) = refused {
        eprintln!("skipped: {refused}");
    }
    refused.is_none()
}

#[tokio::test]
async fn a_directory_is_the_whole_system_and_cannot_be_changed() {
    let Some(made) = Made::new() else { return };
    let Some(cage) = made.cage(Root::ReadOnly).await else { return };
    let outcome =
        sh(&cage, "cat /etc/name /top; ls -d /usr/bin/env /usr/lib 2>/dev/null; id -un").await;
    assert_eq!(outcome.stdout, "made\nfile\nrunbook\n", "{outcome:?}");
    let script = "for f in /x /etc/x /opt/file /usr/bin/busybox /etc/passwd /top /run/x; do \
                  (echo x > $f) 2>&1; done";
    let outcome = sh(&cage, script).await;
    assert_eq!(outcome.stdout.lines().count(), 7, "{outcome:?}");
    for line in outcome.stdout.lines() {
        assert!(line.contains("Read-only file system"), "{line}");
    }
    assert_eq!(fs::read_to_string(made.at("opt/file")).unwrap(), "lower\n");
    let shown = sh(&cage, "ls -A / | tr '\\n' ' '; cat /etc/resolv.conf").await.stdout;
    assert_eq!(shown, "bin dev etc opt proc run tmp top usr var nameserver 127.0.0.1\n");
    let outcome = sh(&cage, "echo shared > /var/tmp/x; cat /tmp/x").await;
    assert_eq!(outcome.stdout, "shared\n");
}

#[tokio::test]
async fn a_system_cannot_put_links_where_ours_are_mounted() {
    let Some(made) = Made::new() else { return };
    let outside = tempfile::tempdir().unwrap();
    fs::set_permissions(outside.path(), fs::Permissions::from_mode(0o777)).unwrap();
    for name in ["proc", "tmp", "dev", "run", "sys", ".system", ".upper", ".lower"] {
        symlink(outside.path(), made.at(name)).unwrap();
    }
    fs::remove_file(made.at("etc/resolv.conf")).unwrap();
    fs::remove_file(made.at("etc/passwd")).unwrap();
    fs::remove_dir(made.at("var/tmp")).unwrap();
    fs::write(outside.path().join("resolv.conf"), "host").unwrap();
    symlink(outside.path().join("resolv.conf"), made.at("etc/resolv.conf")).unwrap();
    symlink("/proc/self/root/etc/passwd", made.at("etc/passwd")).unwrap();
    symlink(outside.path(), made.at("var/tmp")).unwrap();
    symlink("/", made.at("home")).unwrap();
    for root in [Root::ReadOnly, WRITABLE] {
        let Some(cage) = made.cage(root).await else { return };
        let script = "echo x > /tmp/x; echo x > /dev/null; cat /proc/1/comm; ls -d /sys 2>/dev/null; \
                      cat /etc/resolv.conf 2>/dev/null; echo x > /run/x 2>/dev/null; \
                      echo x > /var/tmp/x 2>/dev/null; ls -A /home | grep -c .";
        let outcome = sh(&cage, script).await;
        assert!(outcome.stdout.starts_with("memfd:guest\n"), "{outcome:?}");
        assert!(!outcome.stdout.contains("host"), "{outcome:?}");
        let left: Vec<_> = fs::read_dir(outside.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "{left:?}");
    }
}

#[tokio::test]
async fn a_link_in_the_place_of_a_system_directory_shows_nothing_of_the_host() {
    let Some(made) = Made::new() else { return };
    symlink("/etc", made.at("srv")).unwrap();
    symlink("/../../../../etc/shadow", made.at("shadow")).unwrap();
    let Some(cage) = made.cage(Root::ReadOnly).await else { return };
    // Links are resolved in the sandbox, where /etc is the system's.
    let outcome = sh(&cage, "cat /srv/name; cat /shadow").await;
    assert_eq!(outcome.stdout, "made\n");
}

#[tokio::test]
async fn rights_and_devices_of_a_system_count_for_nothing() {
    let Some(made) = Made::new() else { return };
    fs::set_permissions(made.at("usr/bin/busybox"), fs::Permissions::from_mode(0o6755)).unwrap();
    let device = rustix::fs::mknodat(
        rustix::fs::CWD,
        made.at("opt/zero"),
        rustix::fs::FileType::CharacterDevice,
        0o666.into(),
        rustix::fs::makedev(1, 5),
    );
    let Some(cage) = made.cage(Root::ReadOnly).await else { return };
    let outcome =
        sh(&cage, "grep -E '^(Uid|CapEff|NoNewPrivs)' /proc/self/status | tr '\\t' ' '").await;
    assert_eq!(
        outcome.stdout,
        "Uid: 1000 1000 1000 1000\nCapEff: 0000000000000000\nNoNewPrivs: 1\n"
    );
    let outcome = sh(&cage, "cat /proc/mounts").await;
    for line in outcome.stdout.lines().filter(|it| it.contains(" /usr ") || it.contains(" /opt ")) {
        assert!(line.contains("nosuid") && line.contains("nodev"), "{line}");
    }
    if device.is_ok() {
        let outcome = sh(&cage, "head -c 1 /opt/zero").await;
        assert_ne!(outcome.exit.status, ExitStatus::Code(0), "{outcome:?}");
    }
}

#[tokio::test]
async fn changes_of_a_writable_system_stay_in_their_sandbox() {
    let Some(made) = Made::new() else { return };
    let Some(cage) = made.cage(WRITABLE).await else { return };
    if !is_writable(&cage) {
        return;
    }
    let script = "echo upper > /opt/file; echo new > /etc/new; rm /etc/name; mkdir /srv; \
                  echo y >> /usr/bin/busybox; mv /opt/file /opt/moved; rm -r /opt/dir; mkdir /opt/dir; \
                  cat /opt/moved /etc/new; ls /etc/name /opt/file; ls -A /opt/dir; id -un";
    let outcome = sh(&cage, script).await;
    assert_eq!(outcome.stdout, "upper\nnew\nrunbook\n", "{outcome:?}");
    assert_eq!(fs::read_to_string(made.at("opt/file")).unwrap(), "lower\n");
    assert!(made.at("etc/name").exists() && made.at("opt/dir/file").exists());
    assert!(!made.at("srv").exists() && !made.at("etc/new").exists());
    let Some(other) = made.cage(WRITABLE).await else { return };
    assert_eq!(sh(&other, "cat /opt/file /etc/name").await.stdout, "lower\nmade\n");
    let hidden = sh(&cage, "ls -A / | tr '\\n' ' '").await.stdout;
    assert_eq!(hidden, "bin dev etc opt proc run srv tmp top usr var ");
}

#[tokio::test]
async fn changes_of_a_system_are_bounded() {
    let Some(made) = Made::new() else { return };
    let Some(cage) = made.cage(WRITABLE).await else { return };
    if !is_writable(&cage) {
        return;
    }
    let script = "for f in /opt/big /big; do head -c 20000000 /dev/zero > $f; stat -c %s $f; rm $f; done \
                  2>/dev/null; i=0; while echo > /opt/f$i; do i=$((i+1)); done 2>/dev/null; echo $i";
    let outcome = sh(&cage, script).await;
    let sizes: Vec<u32> = outcome.stdout.lines().map(|it| it.parse().unwrap()).collect();
    let [in_directory, in_root, files] = sizes[..] else { panic!("{outcome:?}") };
    assert!(in_directory <= 8 << 20 && in_root <= 8 << 20, "{outcome:?}");
    assert!(files < 500, "{outcome:?}");
}

#[tokio::test]
async fn the_hosts_own_system_is_copied_on_write_where_the_kernel_allows() {
    let spec = Spec { root: WRITABLE, ..Spec::default() };
    let Some(cage) = Cage::with(spec).await else { return };
    let outcome = cage.bash("echo works; id -un").await;
    assert_eq!(outcome.stdout, "works\nrunbook\n", "{outcome:?}");
    let name = format!("/usr/local/bin/of-a-sandbox-{}", std::process::id());
    let script = format!("echo '#!/bin/sh\necho mine' > {name} && chmod +x {name} && {name}");
    let outcome = cage.bash(&script).await;
    assert!(!Path::new(&name).exists());
    if is_writable(&cage) {
        assert_eq!(outcome.stdout, "mine\n", "{outcome:?}");
    } else {
        assert!(outcome.stderr.contains("Read-only file system"), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_system_that_is_none_is_an_error_and_no_sandbox() {
    let backend = Namespaces::new(Readiness::OnDemand).unwrap();
    for path in ["/nowhere", "/etc/passwd"] {
        let system = System::Directory(PathBuf::from(path));
        let spec = Spec { system, ..Spec::default() };
        let error = Sandbox::start(&backend, spec).await.map(drop).unwrap_err();
        assert!(error.to_string().contains(path), "{error}");
    }
}

/// The same system as an image, in the layout that tools write.
fn image_of(made: &Made) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let layer = dir.path().join("layer.tar");
    #[expect(clippy::disallowed_methods, reason = "the layer is made by another program")]
    let status = std::process::Command::new("tar")
        .args(["-c", "-f", layer.to_str().unwrap(), "-C", made.dir.path().to_str().unwrap(), "."])
        .status()
        .unwrap();
    assert!(status.success());
    let hex = |bytes: &[u8]| {
        Sha256::digest(bytes).iter().map(|it| format!("{it:02x}")).collect::<String>()
    };
    let layer = fs::read(&layer).unwrap();
    let diff_id = format!("sha256:{}", hex(&layer));
    let config = serde_json::json!({ "rootfs": { "diff_ids": [diff_id] } }).to_string();
    let name = format!("{}.json", hex(config.as_bytes()));
    let manifest = serde_json::json!([{ "Config": name, "Layers": ["layer.tar"] }]).to_string();
    fs::write(dir.path().join(&name), config).unwrap();
    fs::write(dir.path().join("manifest.json"), manifest).unwrap();
    let path = dir.path().to_owned();
    (dir, path)
}

#[tokio::test]
async fn an_image_is_a_system_like_another() {
    let Some(made) = Made::new() else { return };
    let (dir, path) = image_of(&made);
    let store = dir.path().join("store");
    let reference: Reference = format!("oci:{}", path.display()).parse().unwrap();
    let images = ImagesConfig {
        store: store.clone(),
        source: ImageSource::Anywhere(RegistryConfig::default()),
    };
    for root in [Root::ReadOnly, WRITABLE] {
        let backend = Namespaces::new(Readiness::OnDemand).unwrap().with_images(images.clone());
        let system = System::Image(reference.clone());
        let spec = Spec { system, root, ..Spec::default() };
        let Some(cage) = Cage::of(backend, spec).await else { return };
        let outcome =
            sh(&cage, "cat /etc/name; id -un; echo x 2>/dev/null > /opt/new && echo wrote").await;
        let is_written = root == WRITABLE && is_writable(&cage);
        let wrote = if is_written { "wrote\n" } else { "" };
        assert_eq!(outcome.stdout, format!("made\nrunbook\n{wrote}"), "{outcome:?}");
        let image = cage.backend.image(&reference).await.unwrap();
        assert!(!image.directory().join("opt/new").exists());
        let told = cage.sandbox.isolation().holds.join("; ");
        assert!(told.contains(&image.digest().to_string()), "{told}");
    }
}

#[tokio::test]
async fn an_image_in_use_cannot_be_removed_and_afterwards_it_can() {
    let Some(made) = Made::new() else { return };
    let (dir, path) = image_of(&made);
    let store = Store::open(dir.path().join("store")).unwrap();
    let imported = store.import(&path, None).await.unwrap();
    let name: Reference = "demo:1".parse().unwrap();
    store.tag(&imported.image, &name).unwrap();
    let digest = *imported.image.digest();
    drop(imported);
    let config = ImagesConfig { store: dir.path().join("store"), source: ImageSource::Nowhere };
    let backend = Namespaces::new(Readiness::OnDemand).unwrap().with_images(config);
    let spec = Spec { system: System::Image(name.clone()), ..Spec::default() };
    let Some(cage) = Cage::of(backend, spec).await else { return };
    assert!(matches!(store.remove(&name), Err(ImageError::InUse { .. })));
    assert_eq!(sh(&cage, "cat /etc/name").await.stdout, "made\n");
    let Cage { backend, sandbox, .. } = cage;
    drop(backend);
    assert!(matches!(store.remove(&name), Err(ImageError::InUse { .. })), "by its sandbox");
    sandbox.destroy().await;
    // A process that another test starts has our descriptors, and with them the lock, until it executes.
    let removed = loop {
        match store.remove(&name) {
            Err(ImageError::InUse { .. }) => tokio::task::yield_now().await,
            removed => break removed,
        }
    };
    assert_eq!(removed.unwrap(), Removed::Image(digest));
    assert!(matches!(store.remove(&name), Err(ImageError::NotHere { .. })));
    assert_eq!(store.list().unwrap(), []);
}

#[tokio::test]
async fn an_image_that_a_stranger_names_is_not_looked_for_on_this_machine() {
    let Some(made) = Made::new() else { return };
    let (dir, path) = image_of(&made);
    let config = ImagesConfig { store: dir.path().join("store"), source: ImageSource::Nowhere };
    let backend = Namespaces::new(Readiness::OnDemand).unwrap().with_images(config);
    for reference in [format!("oci:{}", path.display()), "demo:1".to_owned()] {
        let system = System::Image(reference.parse().unwrap());
        let error = Sandbox::start(&backend, Spec { system, ..Spec::default() }).await.unwrap_err();
        assert!(error.to_string().contains(&format!("no image {reference}")), "{error}");
    }
}
