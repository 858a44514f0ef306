//! Character references in quoted props: those of XML, the space that does not break, and numbers. Others
//! stay as they are written.

/// The longest that is read, with `&` and `;`.
const MAX_BYTES: usize = 10;

pub(crate) fn decode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(MAX_BYTES).position(|it| it == b';');
        match end.and_then(|end| Some((character(&rest[1..end])?, end))) {
            Some((character, end)) => {
                out.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                out.push('&');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn character(name: &str) -> Option<char> {
    let code = |digits: &str, radix| {
        let is_plain = digits.bytes().all(|it| it.is_ascii_hexdigit());
        let code = u32::from_str_radix(digits, radix).ok().filter(|it| is_plain && *it != 0)?;
        char::from_u32(code)
    };
    match name {
        "quot" => Some('"'),
        "apos" => Some('\''),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "amp" => Some('&'),
        "nbsp" => Some('\u{a0}'),
        _ => {
            let number = name.strip_prefix('#')?;
            match number.strip_prefix(['x', 'X']) {
                Some(digits) => code(digits, 16),
                None => code(number, 10),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_decoded_once_and_the_rest_stays() {
        for (text, expected) in [
            ("a &amp;&amp; b", "a && b"),
            ("&quot;x&quot; &gt; &apos;y&apos; &lt;", "\"x\" > 'y' <"),
            ("&amp;lt;", "&lt;"),
            ("&#10;&#x1F375;&nbsp;", "\n🍵\u{a0}"),
            ("a & b &unknown; &#0; &#xzz; &", "a & b &unknown; &#0; &#xzz; &"),
            ("&é;", "&é;"),
        ] {
            assert_eq!(decode(text), expected, "{text}");
        }
    }
}
