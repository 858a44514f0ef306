//! The key that seals secrets: 32 random bytes in a file of its owner, made when it is missing.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{self, Write},
    os::unix::fs::{OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hmac::{Hmac, Mac};
use sha2::Sha256;

const KEY_BYTES: usize = 32;

/// The nonces of `XChaCha20` are long enough to be drawn at random for ever.
const NONCE_BYTES: usize = 24;

/// Seals and opens. Cheap to clone.
#[derive(Clone)]
pub struct SecretKey([u8; KEY_BYTES]);

/// There is no key.
#[derive(Debug, thiserror::Error)]
pub enum SecretKeyError {
    #[error("the key file {} cannot be used: {source}", path.display())]
    Unusable { path: PathBuf, source: io::Error },
    #[error(
        "the key file {} is open to others (mode {mode:03o}); chmod 600 it, and set the secrets again if \
         somebody may have read it",
        path.display()
    )]
    Open { path: PathBuf, mode: u32 },
    #[error("the key of secrets could not be wrapped or unwrapped: {source}")]
    Keeper { source: io::Error },
    #[error("the key file {} has {bytes} bytes instead of {KEY_BYTES}; restore it", path.display())]
    Length { path: PathBuf, bytes: usize },
}

impl SecretKey {
    /// A key that ends with this process.
    ///
    /// # Panics
    ///
    /// If the kernel cannot give random bytes, which it does from early boot on.
    #[must_use]
    pub fn random() -> Self {
        Self(random())
    }

    /// Reads the key of a file that only its owner can read, and makes it if there is none.
    ///
    /// # Errors
    ///
    /// The file cannot be read or made, others can read it, or it holds no key.
    pub fn load_or_create(path: &Path) -> Result<Self, SecretKeyError> {
        Self::load_or_create_kept(path, &Plain)
    }

    /// The same, of a file that holds the key wrapped by somebody else: who has the file has no key.
    ///
    /// # Errors
    ///
    /// As [`Self::load_or_create`], or the keeper refuses.
    pub fn load_or_create_kept(path: &Path, keeper: &dyn Keeper) -> Result<Self, SecretKeyError> {
        let unusable = |source| SecretKeyError::Unusable { path: path.to_owned(), source };
        match read(path, keeper) {
            Err(SecretKeyError::Unusable { source, .. })
                if source.kind() == io::ErrorKind::NotFound => {}
            other => return other,
        }
        // Whole from the first moment on: of two programs that start at once, one key counts.
        let new = Self::random();
        let kept = keeper.wrap(&new.0).map_err(|source| SecretKeyError::Keeper { source })?;
        let draft = path.with_extension(format!("{:08x}.new", std::process::id()));
        let written = write(&draft, &kept).and_then(|()| fs::hard_link(&draft, path));
        fs::remove_file(&draft).ok();
        match written {
            Ok(()) => Ok(new),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(path, keeper),
            Err(error) => Err(unusable(error)),
        }
    }

    /// Seals a text for one place, as base64 of nonce and ciphertext.
    pub(crate) fn seal(&self, place: &str, text: &str) -> String {
        let nonce: [u8; NONCE_BYTES] = random();
        let payload = Payload { msg: text.as_bytes(), aad: place.as_bytes() };
        let sealed = self.cipher().encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("a text in memory is not too long for the cipher");
        STANDARD.encode([nonce.as_slice(), &sealed].concat())
    }

    /// The text that was sealed under this key for this place.
    pub(crate) fn open(&self, place: &str, sealed: &str) -> Option<String> {
        let bytes = STANDARD.decode(sealed).ok()?;
        let (nonce, msg) = bytes.split_first_chunk::<NONCE_BYTES>()?;
        let payload = Payload { msg, aad: place.as_bytes() };
        let text = self.cipher().decrypt(&XNonce::from(*nonce), payload).ok()?;
        String::from_utf8(text).ok()
    }

    /// A key for another purpose. Whoever learns it learns nothing about this one.
    pub(crate) fn derive(&self, purpose: &str) -> MacKey {
        MacKey(MacKey(self.0).mac(&[b"runbook key 1", purpose.as_bytes()]))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

fn read(path: &Path, keeper: &dyn Keeper) -> Result<SecretKey, SecretKeyError> {
    let unusable = |source| SecretKeyError::Unusable { path: path.to_owned(), source };
    let bytes = fs::read(path).map_err(unusable)?;
    let mode = fs::metadata(path).map_err(unusable)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(SecretKeyError::Open { path: path.to_owned(), mode });
    }
    let bytes = keeper.unwrap(&bytes).map_err(|source| SecretKeyError::Keeper { source })?;
    let length = |it: Vec<u8>| SecretKeyError::Length { path: path.to_owned(), bytes: it.len() };
    bytes.try_into().map(SecretKey).map_err(length)
}

/// Whoever wraps the key, such as a key management service.
pub trait Keeper {
    /// What the file holds of a key.
    ///
    /// # Errors
    ///
    /// When it cannot be wrapped.
    fn wrap(&self, key: &[u8]) -> io::Result<Vec<u8>>;

    /// The key of what the file holds.
    ///
    /// # Errors
    ///
    /// When it cannot be unwrapped.
    fn unwrap(&self, wrapped: &[u8]) -> io::Result<Vec<u8>>;
}

/// Keeps a key as it is.
struct Plain;

impl Keeper for Plain {
    fn wrap(&self, key: &[u8]) -> io::Result<Vec<u8>> {
        Ok(key.to_vec())
    }

    fn unwrap(&self, wrapped: &[u8]) -> io::Result<Vec<u8>> {
        Ok(wrapped.to_vec())
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the kernel gives random bytes");
    bytes
}

/// Proves by HMAC-SHA-256 that something came from us. Cheap to clone.
#[derive(Clone)]
pub(crate) struct MacKey([u8; KEY_BYTES]);

impl MacKey {
    /// Of parts that cannot be divided in another way.
    pub(crate) fn mac(&self, parts: &[&[u8]]) -> [u8; 32] {
        self.begin(parts).finalize().into_bytes().into()
    }

    /// Whether this is what [`Self::mac`] gives, in a time that does not tell how much of it is.
    pub(crate) fn is_mac(&self, parts: &[&[u8]], shown: &[u8]) -> bool {
        self.begin(parts).verify_slice(shown).is_ok()
    }

    fn begin(&self, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(&self.0)
            .expect("HMAC takes a key of any length");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey")
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_only_with_the_key_and_at_the_place() {
        let key = SecretKey::random();
        let sealed = key.seal("user_1/TOKEN", "hunter2");
        assert_eq!(key.open("user_1/TOKEN", &sealed).as_deref(), Some("hunter2"));
        assert_eq!(key.open("user_2/TOKEN", &sealed), None);
        assert_eq!(key.open("user_1/OTHER", &sealed), None);
        assert_eq!(SecretKey::random().open("user_1/TOKEN", &sealed), None);
        assert_ne!(sealed, key.seal("user_1/TOKEN", "hunter2"), "a nonce is used once");
    }

    #[test]
    fn what_was_changed_does_not_open() {
        let key = SecretKey::random();
        let mut bytes = STANDARD.decode(key.seal("x", "hunter2")).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        assert_eq!(key.open("x", &STANDARD.encode(bytes)), None);
        for text in ["", "not base64!", "AAAA"] {
            assert_eq!(key.open("x", text), None);
        }
    }

    #[test]
    fn the_key_file_is_made_once_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        let made = SecretKey::load_or_create(&path).unwrap();
        let sealed = made.seal("x", "hunter2");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let read = SecretKey::load_or_create(&path).unwrap();
        assert_eq!(read.open("x", &sealed).as_deref(), Some("hunter2"));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no draft is left");
    }

    #[test]
    fn a_key_file_that_others_can_read_or_that_holds_no_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        fs::write(&path, [1; KEY_BYTES]).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = SecretKey::load_or_create(&path).unwrap_err();
        assert!(matches!(error, SecretKeyError::Open { mode: 0o640, .. }), "{error}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, b"short").unwrap();
        let error = SecretKey::load_or_create(&path).unwrap_err();
        assert!(matches!(error, SecretKeyError::Length { bytes: 5, .. }), "{error}");
    }
}
