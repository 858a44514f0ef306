//! Base64 as requests have it.

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};

/// With or without padding: both are written by the standard libraries of some language.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// `None` for what is not base64. Line ends are skipped, since tools wrap what they write.
pub(crate) fn decode(text: &str) -> Option<Vec<u8>> {
    if text.contains(['\n', '\r']) {
        return LENIENT.decode(text.replace(['\n', '\r'], "")).ok();
    }
    LENIENT.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_common_tools_write_is_read() {
        for text in ["aGVsbG8=", "aGVsbG8", "aGVs\r\nbG8=\n"] {
            assert_eq!(decode(text).as_deref(), Some(b"hello".as_slice()), "{text}");
        }
        assert_eq!(decode("").as_deref(), Some(b"".as_slice()));
        for text in ["aGVsbG8?", "a", "a b="] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
