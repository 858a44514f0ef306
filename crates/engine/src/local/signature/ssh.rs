//! SSH signatures, as `ssh-keygen -Y sign` writes them (OpenSSH's PROTOCOL.sshsig).

use aws_lc_rs::signature::{
    ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents,
    UnparsedPublicKey,
};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD},
};
use sha2::{Digest, Sha256, Sha512};

const BEGIN: &str = "-----BEGIN SSH SIGNATURE-----";
const END: &str = "-----END SSH SIGNATURE-----";

const MAGIC: &[u8] = b"SSHSIG";

const NO_SIGNATURE: &str =
    "has no SSH signature that can be read; sign it with `ssh-keygen -Y sign`";
const OTHER_KIND: &str =
    "was signed with a kind of key that is not known here; use ssh-ed25519 or ssh-rsa";
const NOT_SIGNED: &str = "is not what was signed";

/// A public key, as SSH sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SshKey(Vec<u8>);

#[derive(Debug)]
pub(super) struct SshSignature {
    pub(super) key: SshKey,
    pub(super) namespace: Vec<u8>,
    hash: Vec<u8>,
    signature: Vec<u8>,
}

impl SshKey {
    /// A key as it stands in files of keys: its kind, and itself in base64.
    pub(super) fn parse(kind: &str, key: &str) -> Result<Self, String> {
        let bytes = BASE64_STANDARD.decode(key).ok();
        let named = bytes.as_deref().and_then(|it| Fields(it).take().map(<[u8]>::to_vec));
        let (Some(bytes), Some(named)) = (bytes, named) else {
            return Err(format!("names no key: {kind}"));
        };
        if named != kind.as_bytes() {
            return Err(format!("has a key that is no {kind}"));
        }
        if !["ssh-ed25519", "ssh-rsa"].contains(&kind) {
            return Err(format!(
                "has a key of the kind {kind}, and ssh-ed25519 and ssh-rsa are known"
            ));
        }
        Ok(Self(bytes))
    }

    /// As `ssh-keygen -l` prints it.
    pub(super) fn fingerprint(&self) -> String {
        format!("SHA256:{}", BASE64_STANDARD_NO_PAD.encode(Sha256::digest(&self.0)))
    }

    fn verifies(&self, signed: &[u8], signature: &[u8]) -> Result<(), &'static str> {
        let mut key = Fields(&self.0);
        let mut signature = Fields(signature);
        let kind = key.take().ok_or(NO_SIGNATURE)?;
        let algorithm = signature.take().ok_or(NO_SIGNATURE)?;
        let signature = signature.take().ok_or(NO_SIGNATURE)?;
        let verified = match (kind, algorithm) {
            (b"ssh-ed25519", b"ssh-ed25519") => {
                let key = UnparsedPublicKey::new(&ED25519, key.take().ok_or(NO_SIGNATURE)?);
                key.verify(signed, signature)
            }
            (b"ssh-rsa", b"rsa-sha2-256" | b"rsa-sha2-512") => {
                let (e, n) = (key.number().ok_or(NO_SIGNATURE)?, key.number().ok_or(NO_SIGNATURE)?);
                let algorithm = match algorithm {
                    b"rsa-sha2-256" => &RSA_PKCS1_2048_8192_SHA256,
                    _ => &RSA_PKCS1_2048_8192_SHA512,
                };
                RsaPublicKeyComponents { n, e }.verify(algorithm, signed, signature)
            }
            (_, _) => return Err(OTHER_KIND),
        };
        verified.map_err(|_| NOT_SIGNED)
    }
}

impl SshSignature {
    pub(super) fn parse(text: &str) -> Result<Self, &'static str> {
        let inner = text.trim().strip_prefix(BEGIN).and_then(|it| it.strip_suffix(END));
        let inner: String = inner.ok_or(NO_SIGNATURE)?.split_whitespace().collect();
        let bytes = BASE64_STANDARD.decode(inner).map_err(|_| NO_SIGNATURE)?;
        let version = [0, 0, 0, 1];
        let rest = bytes.strip_prefix(MAGIC).and_then(|it| it.strip_prefix(&version));
        let mut fields = Fields(rest.ok_or(NO_SIGNATURE)?);
        let mut next = || fields.take().map(<[u8]>::to_vec).ok_or(NO_SIGNATURE);
        let (key, namespace, _reserved) = (SshKey(next()?), next()?, next()?);
        let (hash, signature) = (next()?, next()?);
        if !fields.0.is_empty() {
            return Err(NO_SIGNATURE);
        }
        Ok(Self { key, namespace, hash, signature })
    }

    /// Whether its key signed the text.
    pub(super) fn verifies(&self, text: &[u8]) -> Result<(), &'static str> {
        let hashed = match self.hash.as_slice() {
            b"sha256" => Sha256::digest(text).to_vec(),
            b"sha512" => Sha512::digest(text).to_vec(),
            _ => return Err(NO_SIGNATURE),
        };
        let mut signed = MAGIC.to_vec();
        for field in [&self.namespace, &Vec::new(), &self.hash, &hashed] {
            let length = u32::try_from(field.len()).map_err(|_| NO_SIGNATURE)?;
            signed.extend(length.to_be_bytes());
            signed.extend(field);
        }
        self.key.verifies(&signed, &self.signature)
    }
}

/// Fields of SSH's messages, each with its length before it.
struct Fields<'f>(&'f [u8]);

impl<'f> Fields<'f> {
    fn take(&mut self) -> Option<&'f [u8]> {
        let (length, rest) = self.0.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
        let (field, rest) = rest.split_at_checked(length)?;
        self.0 = rest;
        Some(field)
    }

    /// A number without the zero that says that it is positive.
    fn number(&mut self) -> Option<&'f [u8]> {
        let number = self.take()?;
        Some(number.strip_prefix(&[0]).unwrap_or(number))
    }
}
