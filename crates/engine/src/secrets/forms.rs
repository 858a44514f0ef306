//! The forms in which programs print a value: as it is, in base64, in hexadecimal, in URLs, in JSON.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD},
};

/// Shorter pieces of a value say nothing about it and are everywhere.
const LEAST_BYTES: usize = 4;

/// Lines of a value that are hidden by themselves, such as those of a key file.
const LEAST_LINE_BYTES: usize = 8;

/// What encoders leave as it is besides letters, digits, and `-_.~`: nothing; JavaScript's
/// `encodeURIComponent`; Python's `quote`; JavaScript's `encodeURI`.
const UNESCAPED: [&str; 4] = ["", "!'()*", "/", "!'()*;,/?:@&=+$#"];

/// Every form of a value, each once.
pub(super) fn of(value: &str) -> Vec<Vec<u8>> {
    let mut forms = Vec::new();
    let trimmed = value.trim();
    let lines = value.lines().map(str::trim).filter(|it| it.len() >= LEAST_LINE_BYTES);
    for text in [value, trimmed].into_iter().chain(lines) {
        forms.push(text.as_bytes().to_vec());
        encoded(text, &mut forms);
    }
    forms.retain(|it| it.len() >= LEAST_BYTES);
    forms.sort();
    forms.dedup();
    forms
}

fn encoded(text: &str, forms: &mut Vec<Vec<u8>>) {
    for shift in 0..3 {
        forms.extend(base64(text.as_bytes(), shift, |it| STANDARD_NO_PAD.encode(it)));
        forms.extend(base64(text.as_bytes(), shift, |it| URL_SAFE_NO_PAD.encode(it)));
    }
    let hex: String = text.bytes().map(|it| format!("{it:02x}")).collect();
    forms.push(hex.to_uppercase().into_bytes());
    forms.push(hex.into_bytes());
    for unescaped in UNESCAPED {
        let upper = percent(text, unescaped, |it| format!("%{it:02X}"));
        let lower = percent(text, unescaped, |it| format!("%{it:02x}"));
        for form in [upper, lower] {
            forms.push(form.replace("%20", "+").into_bytes());
            forms.push(form.into_bytes());
        }
    }
    let json = serde_json::to_string(text).expect("a text is always JSON");
    let json = json[1..json.len() - 1].to_owned();
    forms.push(ascii(&json).into_bytes());
    forms.push(json.into_bytes());
}

/// What shows of a value in the base64 of a longer text, in which it begins at a multiple of three bytes
/// plus `shift`: where the text ends with it, and where it goes on.
fn base64(value: &[u8], shift: usize, encode: impl Fn(&[u8]) -> String) -> [Vec<u8>; 2] {
    let text = encode(&[&[0; 2][..shift], value].concat());
    // Characters of six bits: those that share bits with what stands before and behind fall away.
    let begin = (shift * 8).div_ceil(6);
    let end = (shift + value.len()) * 8 / 6;
    let text = text.as_bytes();
    [text[begin..].to_vec(), text[begin..end.max(begin)].to_vec()]
}

fn percent(text: &str, unescaped: &str, escape: impl Fn(u8) -> String) -> String {
    let plain = |it: u8| {
        it.is_ascii_alphanumeric() || b"-_.~".contains(&it) || unescaped.as_bytes().contains(&it)
    };
    text.bytes().map(|it| if plain(it) { char::from(it).to_string() } else { escape(it) }).collect()
}

/// JSON as it is written where only ASCII may be.
fn ascii(json: &str) -> String {
    let mut text = String::new();
    for it in json.chars() {
        if it.is_ascii() {
            text.push(it);
        } else {
            let mut units = [0; 2];
            text.extend(it.encode_utf16(&mut units).iter().map(|it| format!("\\u{it:04x}")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};

    use super::*;

    fn hides(value: &str, text: &str) -> bool {
        let contains = |form: &Vec<u8>| {
            text.as_bytes().windows(form.len()).any(|window| window == form.as_slice())
        };
        of(value).iter().any(contains)
    }

    #[test]
    fn a_value_is_known_in_the_base64_of_whatever_surrounds_it() {
        let value = "s3cr\u{e9}t/value??>>";
        for before in ["", "a", "ab", "abc", "user:"] {
            for after in ["", "z", "zz", "\n"] {
                let text = format!("{before}{value}{after}");
                assert!(hides(value, &STANDARD.encode(&text)), "{text:?}");
                assert!(hides(value, &URL_SAFE.encode(&text)), "{text:?}");
            }
        }
    }

    #[test]
    fn a_value_is_known_in_urls_in_json_and_in_hexadecimal() {
        let value = "p\u{e4}ss w/rd\"&+!";
        for text in [
            "x=p%C3%A4ss%20w%2Frd%22%26%2B%21",
            "x=p%c3%a4ss%20w%2frd%22%26%2b%21",
            "x=p%C3%A4ss+w%2Frd%22%26%2B%21",
            "x=p%C3%A4ss%20w/rd%22%26%2B%21",
            "x=p%C3%A4ss%20w%2Frd%22%26%2B!",
            "x=p%C3%A4ss%20w/rd%22&+!",
            r#"{"a":"päss w/rd\"&+!"}"#,
            r#"{"a":"p\u00e4ss w/rd\"&+!"}"#,
            "70c3a4737320772f726422262b21",
        ] {
            assert!(hides(value, text), "{text}");
        }
        assert!(!hides(value, "p\u{e4}ss word"));
    }

    #[test]
    fn the_long_lines_of_a_value_are_known_by_themselves() {
        let value = "-----BEGIN KEY-----\nMIIEvQIBADANBg\nab\n-----END KEY-----\n";
        assert!(hides(value, "line 2 is MIIEvQIBADANBg"));
        assert!(!hides(value, "ab"));
    }
}
