//! What a forge and we know alone.

use std::fmt;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::Undeliverable;

/// Never shown.
pub struct Secret(Vec<u8>);

impl Secret {
    /// `None` of an empty one, which everybody knows.
    #[must_use]
    pub fn new(bytes: Vec<u8>) -> Option<Self> {
        (!bytes.is_empty()).then_some(Self(bytes))
    }

    /// GitHub signs each body: `sha256=` and an HMAC in hexadecimal digits.
    pub(super) fn check_signature(&self, shown: &str, body: &[u8]) -> Result<(), Undeliverable> {
        let shown = shown.strip_prefix("sha256=").and_then(bytes).ok_or(Undeliverable::Unsigned)?;
        self.mac(body).verify_slice(&shown).map_err(|_| Undeliverable::Unsigned)
    }

    /// GitLab shows the secret itself. Compared is what only whoever has it can make, so that time tells nothing.
    pub(super) fn check_equal(&self, shown: &str) -> Result<(), Undeliverable> {
        let shown = Self(shown.as_bytes().to_vec()).mac(b"").finalize().into_bytes();
        self.mac(b"").verify_slice(&shown).map_err(|_| Undeliverable::Unsigned)
    }

    /// As GitHub does it.
    #[cfg(any(test, feature = "fake"))]
    pub(crate) fn signature(&self, body: &[u8]) -> String {
        let digest = self.mac(body).finalize().into_bytes();
        let digits: String = digest.iter().map(|it| format!("{it:02x}")).collect();
        format!("sha256={digits}")
    }

    fn mac(&self, body: &[u8]) -> Hmac<Sha256> {
        let mac = Hmac::new_from_slice(&self.0).expect("HMAC takes a key of any length");
        mac.chain_update(body)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// What hexadecimal digits stand for.
fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    let byte = |it: &[u8]| match it {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    };
    pairs.map(byte).collect()
}

fn digit(it: u8) -> Option<u8> {
    char::from(it).to_digit(16).and_then(|it| u8::try_from(it).ok())
}
