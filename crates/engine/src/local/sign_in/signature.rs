//! Signature Version 4 of AWS, for questions to its Security Token Service and nothing else: a form in the body,
//! no query.

use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

/// What a question to AWS is signed with.
pub(super) struct Signing<'a> {
    pub(super) key_id: &'a str,
    pub(super) secret: &'a str,
    pub(super) region: &'a str,
    /// As `20150830T123600Z`.
    pub(super) time: &'a str,
}

/// The value of `Authorization` for a form that is posted to `/`. `headers` are all that are signed, in the order of
/// their names, which are in small letters.
pub(super) fn authorization(
    signing: &Signing<'_>,
    headers: &[(&str, &str)],
    body: &str,
    service: &str,
) -> String {
    let Signing { key_id, secret, region, time } = signing;
    let date = &time[..time.len().min(8)];
    let scope = format!("{date}/{region}/{service}/aws4_request");
    let names: Vec<_> = headers.iter().map(|it| it.0).collect();
    let names = names.join(";");
    let lines: String =
        headers.iter().map(|(name, it)| format!("{name}:{}\n", it.trim())).collect();
    let request = format!("POST\n/\n\n{lines}\n{names}\n{}", hex(&Sha256::digest(body)));
    let text = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(request)));
    let parts = [date, region, service, "aws4_request"];
    let first = format!("AWS4{secret}").into_bytes();
    let key = parts.iter().fold(first, |key, part| mac(&key, part));
    let signature = hex(&mac(&key, &text));
    format!(
        "AWS4-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
}

fn mac(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new_from_slice(key)
        .expect("HMAC takes a key of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|it| format!("{it:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `post-vanilla` and `post-x-www-form-urlencoded` of Amazon's own test suite.
    #[test]
    fn a_signature_is_the_one_that_amazon_computes() {
        let signing = Signing {
            key_id: "AKIDEXAMPLE",
            secret: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
            region: "us-east-1",
            time: "20150830T123600Z",
        };
        let host = ("host", "example.amazonaws.com");
        let date = ("x-amz-date", "20150830T123600Z");
        let kind = ("content-type", "application/x-www-form-urlencoded");
        let signed = |headers: &[_], body| authorization(&signing, headers, body, "service");
        let vanilla = signed(&[host, date], "");
        let wanted = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
        assert!(vanilla.ends_with(wanted), "{vanilla}");
        let form = signed(&[kind, host, date], "Param1=value1");
        let wanted = "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a";
        assert!(form.ends_with(wanted), "{form}");
        assert!(form.contains("SignedHeaders=content-type;host;x-amz-date,"), "{form}");
    }
}
