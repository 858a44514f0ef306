//! Whose signatures the user trusts: one key in each line, as minisign or SSH writes it.

use minisign_verify::{Error as MinisignError, PublicKey, Signature as MinisignSignature};

use super::ssh::{SshKey, SshSignature};

/// What SSH signatures must be made for, so that one made for something else says nothing here.
const NAMESPACE: &str = "runbook";

/// Keys that the user trusts.
#[derive(Clone, Debug, Default)]
pub struct Signers(Vec<Signer>);

#[derive(Clone, Debug)]
struct Signer {
    name: String,
    key: Key,
}

#[derive(Clone, Debug)]
enum Key {
    Minisign(PublicKey),
    Ssh(SshKey),
}

/// A line that names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "line {line} {reason}; write a minisign public key and a name, or a name and an SSH public key"
)]
pub struct InvalidSigner {
    line: usize,
    reason: String,
}

/// What a signature says of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    By(String),
    Unknown { key: String },
    Bad { reason: String },
}

impl Signers {
    /// Reads a file of keys. Empty lines and comments are left out.
    ///
    /// # Errors
    ///
    /// When a line names no key, or has an option that would be passed over.
    pub fn parse(text: &str) -> Result<Self, InvalidSigner> {
        let lines = text.lines().map(str::trim).enumerate();
        let lines = lines.filter(|(_, it)| {
            !it.is_empty() && !it.starts_with('#') && !it.starts_with("untrusted comment:")
        });
        let signer = |(number, line): (usize, &str)| {
            signer(line).map_err(|reason| InvalidSigner { line: number + 1, reason })
        };
        lines.map(signer).collect::<Result<_, _>>().map(Self)
    }

    /// Who signed a text.
    pub(super) fn verify(&self, text: &[u8], signature: &str) -> Verdict {
        if signature.trim_start().starts_with("-----BEGIN SSH SIGNATURE-----") {
            self.verify_ssh(text, signature)
        } else {
            self.verify_minisign(text, signature)
        }
    }

    fn verify_ssh(&self, text: &[u8], signature: &str) -> Verdict {
        let signature = match SshSignature::parse(signature) {
            Ok(signature) => signature,
            Err(error) => return Verdict::Bad { reason: error.to_owned() },
        };
        if signature.namespace != NAMESPACE.as_bytes() {
            let found = String::from_utf8_lossy(&signature.namespace).into_owned();
            let reason = format!("was signed for {found:?}; sign with `-n {NAMESPACE}`");
            return Verdict::Bad { reason };
        }
        let is_by = |it: &&Signer| matches!(&it.key, Key::Ssh(key) if *key == signature.key);
        let signer = self.0.iter().find(is_by);
        match (signature.verifies(text), signer) {
            (Err(reason), _) => Verdict::Bad { reason: reason.to_owned() },
            (Ok(()), Some(signer)) => Verdict::By(signer.name.clone()),
            (Ok(()), None) => Verdict::Unknown { key: signature.key.fingerprint() },
        }
    }

    fn verify_minisign(&self, text: &[u8], signature: &str) -> Verdict {
        let Ok(decoded) = MinisignSignature::decode(signature) else {
            return Verdict::Bad {
                reason: "has no signature that minisign or SSH wrote".to_owned(),
            };
        };
        for signer in &self.0 {
            let Key::Minisign(key) = &signer.key else { continue };
            match key.verify(text, &decoded, false) {
                Ok(()) => return Verdict::By(signer.name.clone()),
                Err(MinisignError::UnexpectedKeyId) => {}
                Err(
                    error @ (MinisignError::UnexpectedAlgorithm
                    | MinisignError::UnsupportedAlgorithm),
                ) => {
                    let reason = format!("was signed in an old way ({error}); sign it again");
                    return Verdict::Bad { reason };
                }
                Err(_) => {
                    let reason = format!("is not what {} signed", signer.name);
                    return Verdict::Bad { reason };
                }
            }
        }
        Verdict::Unknown { key: minisign_id(signature) }
    }
}

/// The number of a key, as minisign prints it.
fn minisign_id(signature: &str) -> String {
    use base64::{Engine as _, prelude::BASE64_STANDARD};
    let bytes = signature.lines().nth(1).and_then(|it| BASE64_STANDARD.decode(it.trim()).ok());
    let id = bytes.as_deref().and_then(|it| it.get(2..10)).unwrap_or_default();
    let hex: String = id.iter().rev().map(|it| format!("{it:02X}")).collect();
    format!("minisign key {hex}")
}

fn signer(line: &str) -> Result<Signer, String> {
    let (first, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    if let Ok(key) = PublicKey::from_base64(first) {
        let name = if rest.trim().is_empty() { first } else { rest.trim() };
        return Ok(Signer { name: name.to_owned(), key: Key::Minisign(key) });
    }
    let words: Vec<&str> = rest.split_whitespace().collect();
    let (options, words) = match words.split_first() {
        Some((option, rest)) if option.contains('=') || *option == "cert-authority" => {
            (*option, rest)
        }
        Some(_) | None => ("", &words[..]),
    };
    // An option narrows what a key is for, so one that is not understood cannot be passed over.
    if !options.is_empty() && options != format!("namespaces=\"{NAMESPACE}\"") {
        return Err(format!(
            "has the options {options}, of which only namespaces=\"{NAMESPACE}\" is known"
        ));
    }
    let [kind, key, ..] = words else { return Err("names no key".to_owned()) };
    let key = SshKey::parse(kind, key)?;
    Ok(Signer { name: first.to_owned(), key: Key::Ssh(key) })
}
