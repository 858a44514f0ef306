//! The key of a fake forge's app. It is made anew each time, so that none lies about.

use std::fmt;

use aws_lc_rs::{encoding::AsDer, rsa::KeySize, signature::RsaKeyPair};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;

use super::APP;
use crate::AppKey;

pub(super) struct Keys {
    pem: String,
    public: DecodingKey,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    iat: i64,
    exp: i64,
}

impl Keys {
    pub(super) fn generate() -> Self {
        let key = RsaKeyPair::generate(KeySize::Rsa2048).expect("randomness");
        let der = AsDer::<aws_lc_rs::encoding::Pkcs8V1Der<'_>>::as_der(&key).expect("a key");
        let text = STANDARD.encode(der.as_ref());
        let lines: Vec<&str> =
            text.as_bytes().chunks(64).filter_map(|it| std::str::from_utf8(it).ok()).collect();
        let label = "PRIVATE KEY";
        let pem = format!("-----BEGIN {label}-----\n{}\n-----END {label}-----\n", lines.join("\n"));
        let public = AppKey::new(APP, &pem).expect("a key that was just made");
        Self { public: DecodingKey::from_rsa_der(public.public()), pem }
    }

    pub(super) fn pem(&self) -> String {
        self.pem.clone()
    }

    /// When the app made what it shows; `None` if the app did not, or it is good for longer than GitHub allows. The
    /// time is the client's own, for tests have theirs.
    pub(super) fn checked(&self, jwt: &str) -> Option<i64> {
        let mut validation = Validation::new(Algorithm::RS256);
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        let claims = jsonwebtoken::decode::<Claims>(jwt, &self.public, &validation).ok()?.claims;
        let is_brief = (1..=600).contains(&(claims.exp - claims.iat));
        (is_brief && claims.iss == APP.to_string()).then_some(claims.iat)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}
