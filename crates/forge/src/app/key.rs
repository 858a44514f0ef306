//! The private key of an app, and what is signed with it.

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::Token;

/// GitHub's clock may be behind ours.
const SKEW: SignedDuration = SignedDuration::from_secs(60);

/// GitHub takes ten minutes at most.
const LIFE: SignedDuration = SignedDuration::from_mins(9);

/// Signs as an app; never shown.
pub struct AppKey {
    id: u64,
    key: RsaKeyPair,
}

/// Why a text is no private key of an app. It does not say what the text is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no private key of a GitHub App: {reason}; give the whole .pem file that GitHub made, from BEGIN to END"
)]
pub struct InvalidKey {
    reason: &'static str,
}

impl AppKey {
    /// Reads the PEM file that GitHub gives for an app, by the app's id. PKCS#8 is read as well.
    ///
    /// # Errors
    ///
    /// When it is no private RSA key of at least 2048 bits.
    pub fn new(id: u64, pem: &str) -> Result<Self, InvalidKey> {
        let invalid = |reason| InvalidKey { reason };
        let (label, der) = decoded(pem).ok_or(invalid("it is no PEM"))?;
        let key = match label {
            "RSA PRIVATE KEY" => RsaKeyPair::from_der(&der),
            "PRIVATE KEY" => RsaKeyPair::from_pkcs8(&der),
            _ => return Err(invalid("it is something else than a private RSA key")),
        };
        let key = key.map_err(|_| invalid("it is broken, or too short"))?;
        Ok(Self { id, key })
    }

    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id
    }

    /// The other half, as PKCS#1: whoever has it can check what was signed.
    #[must_use]
    pub fn public(&self) -> &[u8] {
        self.key.public_key().as_ref()
    }

    /// What an app shows to be itself.
    pub(super) fn jwt(&self, now: Timestamp) -> Token {
        let at = |it: SignedDuration| (now + it).as_second();
        let claims = json!({ "iss": self.id.to_string(), "iat": at(-SKEW), "exp": at(LIFE) });
        let part = |it: Value| URL_SAFE_NO_PAD.encode(it.to_string());
        let signed = format!("{}.{}", part(json!({ "alg": "RS256", "typ": "JWT" })), part(claims));
        let mut signature = vec![0; self.key.public_modulus_len()];
        let random = SystemRandom::new();
        self.key
            .sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature)
            .expect("a key that was read signs, and its signature is as long as its modulus");
        Token::new(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AppKey({})", self.id)
    }
}

/// Label and content of the one part of a PEM file.
fn decoded(pem: &str) -> Option<(&str, Vec<u8>)> {
    let rest = pem.trim().strip_prefix("-----BEGIN ")?;
    let (label, rest) = rest.split_once("-----")?;
    let content = rest.trim_end().strip_suffix(&format!("-----END {label}-----"))?;
    let plain: String = content.split_whitespace().collect();
    Some((label, STANDARD.decode(plain).ok()?))
}
