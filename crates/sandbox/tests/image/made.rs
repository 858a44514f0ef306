//! Images made for one test, in every form in which tools write them.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use guest::tar::{self, Entry, EntryKind, Modified};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

pub(super) fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|it| format!("{it:02x}")).collect()
}

#[derive(Clone)]
pub(super) struct File {
    pub(super) name: String,
    pub(super) kind: EntryKind,
    pub(super) mode: u32,
    pub(super) content: Vec<u8>,
}

pub(super) fn file(name: &str, content: &[u8]) -> File {
    File { name: name.to_owned(), kind: EntryKind::File, mode: 0o644, content: content.to_vec() }
}

pub(super) fn other(name: &str, kind: EntryKind) -> File {
    File { name: name.to_owned(), kind, mode: 0o755, content: Vec::new() }
}

pub(super) fn link(name: &str, target: &str) -> File {
    other(name, EntryKind::Symlink { target: target.into() })
}

pub(super) fn hard_link(name: &str, target: &str) -> File {
    other(name, EntryKind::HardLink { target: target.into() })
}

pub(super) fn directory(name: &str) -> File {
    other(name, EntryKind::Directory)
}

pub(super) fn archive(files: &[File]) -> Vec<u8> {
    let mut out = Vec::new();
    for File { name, kind, mode, content } in files {
        let modified = Modified { seconds: 1_600_000_000, nanoseconds: 0 };
        let (name, kind, size) = (name.clone().into(), kind.clone(), content.len() as u64);
        Entry { name, kind, mode: *mode, modified, size }.write(&mut out);
        out.extend_from_slice(content);
        out.resize(out.len() + tar::padding(size), 0);
    }
    out.extend_from_slice(&tar::END);
    out
}

pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

pub(super) fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// An image under construction: its layers as tar, and how each is packed.
pub(super) struct Made {
    pub(super) layers: Vec<Vec<u8>>,
    pub(super) pack: fn(&[u8]) -> Vec<u8>,
}

impl Made {
    pub(super) fn of(layers: &[&[File]]) -> Self {
        Self { layers: layers.iter().map(|it| archive(it)).collect(), pack: gzip }
    }

    pub(super) fn config(&self) -> Vec<u8> {
        let diff_ids: Vec<_> = self.layers.iter().map(|it| format!("sha256:{}", hex(it))).collect();
        let env = ["PATH=/bin", "LANG=C.UTF-8"];
        json!({
            "architecture": "amd64", "os": "linux",
            "config": { "Env": env, "WorkingDir": "/srv" },
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
        })
        .to_string()
        .into_bytes()
    }

    /// The parts of an OCI layout by name.
    pub(super) fn layout(&self) -> Vec<(String, Vec<u8>)> {
        let mut parts = Vec::new();
        let mut add = |bytes: Vec<u8>| {
            let (digest, size) = (hex(&bytes), bytes.len());
            parts.push((format!("blobs/sha256/{digest}"), bytes));
            json!({ "digest": format!("sha256:{digest}"), "size": size, "mediaType": "x/y" })
        };
        let layers: Vec<Value> = self.layers.iter().map(|it| add((self.pack)(it))).collect();
        let config = add(self.config());
        let manifest = json!({ "schemaVersion": 2, "config": config, "layers": layers });
        let mut manifest = add(manifest.to_string().into_bytes());
        manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": "demo:1" });
        let foreign = json!({ "digest": format!("sha256:{}", "0".repeat(64)), "size": 1,
            "platform": { "os": "plan9", "architecture": "mips" } });
        let index = json!({ "schemaVersion": 2, "manifests": [foreign, manifest] });
        parts.push(("index.json".to_owned(), index.to_string().into_bytes()));
        parts
    }

    /// What a registry has: documents and layers by digest, and the digest of the manifest.
    pub(super) fn in_registry(&self) -> (Vec<(String, Vec<u8>)>, String) {
        let mut parts = self.layout();
        let (_, index) = parts.pop().unwrap();
        let index: Value = serde_json::from_slice(&index).unwrap();
        let digest = index["manifests"][1]["digest"].as_str().unwrap().to_owned();
        let digests = parts
            .into_iter()
            .map(|(name, bytes)| (name.replace("blobs/sha256/", "sha256:"), bytes));
        (digests.collect(), digest)
    }

    pub(super) fn in_directory(&self, dir: &Path) -> PathBuf {
        put(dir, &self.layout())
    }

    /// What `docker save` writes, before version 25.
    pub(super) fn saved(&self) -> Vec<u8> {
        let config = self.config();
        let config_name = format!("{}.json", hex(&config));
        let mut files = vec![file(&config_name, &config)];
        let mut names = Vec::new();
        for (number, layer) in self.layers.iter().enumerate() {
            let name = format!("layer{number}/layer.tar");
            let twin = self.layers[..number].iter().position(|it| it == layer);
            files.push(match twin {
                Some(twin) => link(&name, &format!("../layer{twin}/layer.tar")),
                None => file(&name, layer),
            });
            names.push(name);
        }
        let manifest = json!([{ "Config": config_name, "RepoTags": ["demo:1"], "Layers": names }]);
        files.push(file("manifest.json", manifest.to_string().as_bytes()));
        archive(&files)
    }
}

pub(super) fn put(dir: &Path, parts: &[(String, Vec<u8>)]) -> PathBuf {
    for (name, bytes) in parts {
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    dir.to_owned()
}
