//! What an image consists of, read from documents that strangers wrote.

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeOwned};

use super::{Digest, ImageError, pull::Blob, source::Source};

/// Registries refuse manifests of more than 4 MiB.
const LONGEST_DOCUMENT: u64 = 4 << 20;
/// An index that names an index that names an index is nobody's image.
const DEEPEST: usize = 3;
/// The kernel's overlay, and so every engine, takes no more.
const MOST_LAYERS: usize = 500;

/// More of its environment is not passed on: all programs of a sandbox would carry it.
const MOST_VARIABLES: usize = 100;
const LONGEST_VALUE: usize = 4096;

/// An image to unpack.
#[derive(Debug)]
pub(super) struct Found {
    /// What whoever packed it calls it.
    pub(super) names: Vec<String>,
    pub(super) config_bytes: Vec<u8>,
    pub(super) layers: Vec<Layer>,
}

/// One layer, the lowest first.
#[derive(Debug)]
pub(super) struct Layer {
    /// The name of its part.
    pub(super) name: String,
    /// Of the part as it is; `docker save` does not tell.
    pub(super) digest: Option<Digest>,
    /// Of the tar in it.
    pub(super) diff_id: Digest,
    /// Of the part, as the manifest says.
    size: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Index {
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

#[derive(Clone, Debug, Deserialize)]
struct Descriptor {
    digest: String,
    #[serde(default)]
    size: Option<u64>,
    #[serde(default)]
    platform: Option<Platform>,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize)]
struct Platform {
    os: String,
    architecture: String,
}

/// A manifest, or an index of manifests: which, the fields tell.
#[derive(Debug, Deserialize)]
struct Manifest {
    config: Option<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
    #[serde(default)]
    manifests: Vec<Descriptor>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    #[serde(default)]
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

/// The parts of an image's configuration that we use.
#[derive(Debug, Deserialize)]
pub(super) struct Config {
    #[serde(default)]
    config: Option<Process>,
    rootfs: RootFs,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Process {
    #[serde(default)]
    env: Option<Vec<String>>,
    #[serde(default)]
    working_dir: Option<String>,
}

#[derive(Debug, Deserialize)]
struct RootFs {
    diff_ids: Vec<String>,
}

impl Found {
    /// The layers as a registry has them.
    pub(super) fn blobs(&self) -> Vec<Blob> {
        let blob = |it: &Layer| Some(Blob { digest: it.digest?, size: it.size });
        self.layers.iter().filter_map(blob).collect()
    }
}

impl Config {
    pub(super) fn parse(bytes: &[u8]) -> Result<Self, ImageError> {
        parse("the configuration", bytes)
    }

    pub(super) fn env(&self) -> Vec<(String, String)> {
        let env = self.config.iter().flat_map(|it| it.env.iter().flatten());
        let pairs = env.filter_map(|it| it.split_once('='));
        let plain = pairs.filter(|(name, value)| !name.is_empty() && !value.contains('\0'));
        let few = plain.take(MOST_VARIABLES).filter(|(_, value)| value.len() <= LONGEST_VALUE);
        few.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    pub(super) fn working_dir(&self) -> Option<String> {
        let dir = self.config.as_ref()?.working_dir.clone()?;
        dir.starts_with('/').then_some(dir)
    }
}

/// Looks for the image with this name, or for the only one.
pub(super) fn find(source: &mut Source, name: Option<&str>) -> Result<Found, ImageError> {
    if let Source::Registry(pull) = source {
        let (top, _) = pull.top(LONGEST_DOCUMENT)?;
        return understand(source, &top, DEEPEST);
    }
    if let Some(index) = source.read("index.json", LONGEST_DOCUMENT)? {
        let index: Index = parse("index.json", &index)?;
        let chosen = choose(&index.manifests, name)?;
        let names = names_of(chosen);
        return Ok(Found { names, ..follow(source, chosen, DEEPEST)? });
    }
    if let Some(saved) = source.read("manifest.json", LONGEST_DOCUMENT)? {
        return saved_image(source, parse("manifest.json", &saved)?, name);
    }
    Err(ImageError::Missing { name: "index.json or manifest.json".to_owned() })
}

fn choose<'a>(all: &'a [Descriptor], name: Option<&str>) -> Result<&'a Descriptor, ImageError> {
    let Some(name) = name else {
        return match fitting(all).as_slice() {
            [] => Err(ImageError::Missing { name: platform() }),
            [one] => Ok(*one),
            several => {
                let names =
                    several.iter().flat_map(|it| names_of(it)).collect::<Vec<_>>().join(", ");
                Err(ImageError::Several { names })
            }
        };
    };
    let named = |it: &&Descriptor| it.digest == name || names_of(it).iter().any(|it| it == name);
    all.iter().find(named).ok_or_else(|| ImageError::Missing { name: name.to_owned() })
}

/// The full name that Docker and containerd write, then the one of the standard, which may be a mere tag.
fn names_of(descriptor: &Descriptor) -> Vec<String> {
    let keys = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
    keys.iter().filter_map(|it| descriptor.annotations.get(*it).cloned()).collect()
}

/// Those that run here; one that does not say may.
fn fitting(all: &[Descriptor]) -> Vec<&Descriptor> {
    let fits = |it: &&Descriptor| {
        it.platform.as_ref().is_none_or(|it| it.os == "linux" && it.architecture == architecture())
    };
    all.iter().filter(fits).collect()
}

/// As Go names it.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn platform() -> String {
    format!("manifest for linux/{}", architecture())
}

fn follow(
    source: &mut Source,
    descriptor: &Descriptor,
    deepest: usize,
) -> Result<Found, ImageError> {
    let manifest = document(source, descriptor, Kind::Manifest)?;
    understand(source, &manifest, deepest)
}

/// Goes on from a manifest or index.
fn understand(source: &mut Source, bytes: &[u8], deepest: usize) -> Result<Found, ImageError> {
    let manifest: Manifest = parse("the manifest", bytes)?;
    let Some(config) = &manifest.config else {
        let inner = fitting(&manifest.manifests);
        let inner = inner.first().ok_or_else(|| ImageError::Missing { name: platform() })?;
        return match deepest.checked_sub(1) {
            Some(deepest) => follow(source, inner, deepest),
            None => Err(malformed("index.json", "is nested too deep")),
        };
    };
    let config_bytes = document(source, config, Kind::Config)?;
    let diff_ids = diff_ids(&config_bytes, manifest.layers.len())?;
    let layers = manifest.layers.iter().zip(diff_ids).map(|(layer, diff_id)| {
        let digest: Digest = layer.digest.parse()?;
        Ok(Layer { name: blob_name(&digest), digest: Some(digest), diff_id, size: layer.size })
    });
    let layers = layers.collect::<Result<_, ImageError>>()?;
    Ok(Found { names: Vec::new(), config_bytes, layers })
}

/// Registries keep them apart.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Manifest,
    Config,
}

/// A document, after its digest was checked.
fn document(
    source: &mut Source,
    descriptor: &Descriptor,
    kind: Kind,
) -> Result<Vec<u8>, ImageError> {
    let expected: Digest = descriptor.digest.parse()?;
    let name = blob_name(&expected);
    let bytes = match (&mut *source, kind) {
        (Source::Registry(pull), Kind::Manifest) => {
            Some(pull.manifest(&expected, LONGEST_DOCUMENT)?)
        }
        (Source::Registry(pull), Kind::Config) => Some(pull.config(&expected, LONGEST_DOCUMENT)?),
        (Source::Directory(_) | Source::Tar { .. }, _) => source.read(&name, LONGEST_DOCUMENT)?,
    };
    let bytes = bytes.ok_or_else(|| ImageError::Missing { name: name.clone() })?;
    let actual = Digest::of(&bytes);
    if actual == expected { Ok(bytes) } else { Err(ImageError::Digest { name, expected, actual }) }
}

fn blob_name(digest: &Digest) -> String {
    format!("blobs/sha256/{}", digest.hex())
}

fn diff_ids(config: &[u8], layers: usize) -> Result<Vec<Digest>, ImageError> {
    let diff_ids = Config::parse(config)?.rootfs.diff_ids;
    if diff_ids.len() != layers {
        let reason = format!("has {} digests for {layers} layers", diff_ids.len());
        return Err(malformed("the configuration", &reason));
    }
    if layers > MOST_LAYERS {
        return Err(ImageError::TooLarge { what: format!("{MOST_LAYERS} layers") });
    }
    diff_ids.iter().map(|it| Ok(it.parse()?)).collect()
}

fn saved_image(
    source: &mut Source,
    images: Vec<Saved>,
    name: Option<&str>,
) -> Result<Found, ImageError> {
    let tags = |it: &Saved| it.repo_tags.clone().unwrap_or_default();
    let image = match (name, images.as_slice()) {
        (Some(name), all) => {
            let named = all.iter().find(|it| tags(it).iter().any(|it| it == name));
            named.ok_or_else(|| ImageError::Missing { name: name.to_owned() })?
        }
        (None, [one]) => one,
        (None, all) => {
            let names = all.iter().flat_map(tags).collect::<Vec<_>>().join(", ");
            return Err(ImageError::Several { names });
        }
    };
    let config_bytes = source.read(&image.config, LONGEST_DOCUMENT)?;
    let config_bytes =
        config_bytes.ok_or_else(|| ImageError::Missing { name: image.config.clone() })?;
    // The configuration is called by its digest, before and since Docker 25.
    let called = image.config.rsplit('/').next().unwrap_or_default().trim_end_matches(".json");
    let expected: Digest = format!("sha256:{called}").parse()?;
    let actual = Digest::of(&config_bytes);
    if actual != expected {
        return Err(ImageError::Digest { name: image.config.clone(), expected, actual });
    }
    let diff_ids = diff_ids(&config_bytes, image.layers.len())?;
    let layers = image.layers.iter().zip(diff_ids);
    let layers = layers.map(|(name, diff_id)| Layer {
        name: name.clone(),
        digest: None,
        diff_id,
        size: None,
    });
    Ok(Found { names: tags(image), config_bytes, layers: layers.collect() })
}

fn parse<T: DeserializeOwned>(name: &str, bytes: &[u8]) -> Result<T, ImageError> {
    serde_json::from_slice(bytes).map_err(|it| malformed(name, &it.to_string()))
}

fn malformed(name: &str, reason: &str) -> ImageError {
    ImageError::Malformed { name: name.to_owned(), reason: reason.to_owned() }
}
