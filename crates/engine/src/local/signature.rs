//! Signatures beside a document: who says that it may run, and whether all that runs is what they signed.
//!
//! ```text
//!   restart.mdx.minisig, restart.mdx.sig         ─▶ the document's text
//!   runbook.sha256.minisig, runbook.sha256.sig   ─▶ the list, and by it the document and the files it names
//!                                                        │
//!   Signers, whom the user trusts ───────────────────────┴─▶ Signature: good only if it covers everything
//! ```
//!
//! What is asked about is what was read: nothing is read again that runs later.

mod manifest;
mod signers;
mod ssh;

use std::{collections::BTreeMap, fs, io::Read, path::Path};

use sha2::{Digest, Sha256};

pub use self::signers::{InvalidSigner, Signers};
use self::{
    manifest::{Manifest, plain},
    signers::Verdict,
};
use super::{Folder, Reading, registry::hash, templates};

/// The list of files that a signature covers together with the document, as `sha256sum` prints it.
pub(crate) const MANIFEST: &str = "runbook.sha256";

/// Most bytes of a signature, and of a list.
const MOST_BYTES: u64 = 4 << 20;

/// What signatures say of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Signature {
    /// There is none.
    Absent,
    /// By somebody whom the user trusts, of all that the document names.
    Good { by: String },
    /// By somebody whom the user trusts, but not of all.
    Partial { by: String, missing: String },
    /// By somebody whom the user does not know.
    Unknown { file: String, key: String },
    /// What is there is not what was signed, or no signature at all.
    Bad { file: String, reason: String },
}

impl Signature {
    /// What is said of a document as it was read. One bad signature spoils all others.
    pub(super) fn of(path: &Path, reading: &Reading, folder: &Folder, signers: &Signers) -> Self {
        let Some(name) = path.file_name().map(|it| it.to_string_lossy().into_owned()) else {
            return Self::Absent;
        };
        let found = [name.as_str(), MANIFEST].into_iter().flat_map(|signed| {
            ["minisig", "sig"].map(|ending| (signed.to_owned(), format!("{signed}.{ending}")))
        });
        let look = Look { name: &name, reading, folder, signers };
        let found: Vec<_> = found.filter_map(|(signed, file)| look.at(&signed, file)).collect();
        found.into_iter().max_by_key(Self::weight).unwrap_or(Self::Absent)
    }

    /// Which of several counts.
    const fn weight(&self) -> u8 {
        match self {
            Self::Absent => 0,
            Self::Unknown { .. } => 1,
            Self::Partial { .. } => 2,
            Self::Good { .. } => 3,
            Self::Bad { .. } => 4,
        }
    }
}

/// Looks at the signatures of one document.
struct Look<'l> {
    name: &'l str,
    reading: &'l Reading,
    folder: &'l Folder,
    signers: &'l Signers,
}

impl Look<'_> {
    /// What the signature in a file says of what it signs, if there is one.
    fn at(&self, signed: &str, file: String) -> Option<Signature> {
        let signature = read(&self.folder.path().join(&file))?;
        let bad = |reason: String| Signature::Bad { file: file.clone(), reason };
        let text = match signed == self.name {
            true => Some(self.reading.text.clone().into_bytes()),
            false => read(&self.folder.path().join(signed)),
        };
        let Some(text) = text else { return Some(bad(format!("there is no {signed} here"))) };
        let by = match self.signers.verify(&text, &String::from_utf8_lossy(&signature)) {
            Verdict::By(by) => by,
            Verdict::Unknown { key } => return Some(Signature::Unknown { file, key }),
            Verdict::Bad { reason } => return Some(bad(format!("{signed} {reason}"))),
        };
        let named = self.named();
        let uncovered = if signed == self.name {
            Ok(named.into_keys().next())
        } else {
            let manifest = Manifest::parse(&String::from_utf8_lossy(&text));
            manifest.and_then(|it| it.check(self.folder, &self.all(named)))
        };
        Some(match uncovered {
            Ok(None) => Signature::Good { by },
            Ok(Some(missing)) => Signature::Partial { by, missing },
            Err(reason) => bad(reason),
        })
    }

    /// The document and the files that it names, each with its SHA-256.
    fn all(&self, named: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let document = (self.name.to_owned(), hash(&[&self.reading.text]));
        named.into_iter().chain([document]).collect()
    }

    /// The files that the document names, as they were read. What cannot be read is in the way of every signature.
    fn named(&self) -> BTreeMap<String, String> {
        let mut named = BTreeMap::new();
        for component in &self.reading.document.components {
            match templates::files(self.folder, component) {
                Ok(files) => {
                    named.extend(files.iter().map(|(path, it)| (path.clone(), digest(&it.bytes))))
                }
                Err(error) => drop(named.insert(error.to_string(), String::new())),
            }
        }
        for (component, _) in self.reading.modules() {
            // Its files may lie anywhere in the repository, so no list beside the document covers them.
            named.insert(format!("the module of {component}"), String::new());
        }
        for (path, hash) in self.reading.files() {
            named.insert(plain(path).unwrap_or_else(|| path.to_owned()), hash.to_owned());
        }
        named
    }
}

/// SHA-256 in hex.
fn digest(bytes: &[u8]) -> String {
    model::artifact::Digest::new(Sha256::digest(bytes).into()).hex()
}

/// A file of bounded size; `None` if there is none.
fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    fs::File::open(path).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests;
