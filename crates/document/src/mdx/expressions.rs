//! Which values a template asks for: `.inputs.NAME` and `.outputs.BLOCK.NAME` between `{{` and `}}`.
//!
//! Templates are not evaluated here; this is what a block waits for before its button works.

use serde::Serialize;

/// A value that a template asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(tag = "from", rename_all = "lowercase")]
pub enum TemplateValue {
    Inputs {
        name: String,
    },
    /// Blocks are called by their id, with `_` or `-`.
    Outputs {
        block: String,
        name: String,
    },
}

/// The values that a template asks for, each once, in the order of the text.
#[must_use]
pub fn template_values(text: &str) -> Vec<TemplateValue> {
    let mut values: Vec<TemplateValue> = Vec::new();
    let mut known = std::collections::HashSet::new();
    let mut rest = text;
    while let Some(start) = rest.find("{{") {
        rest = &rest[start + 2..];
        let comment = rest.trim_start_matches('-').trim_start();
        if comment.starts_with("/*") {
            let Some(end) = comment.find("*/") else { break };
            rest = &comment[end + 2..];
            continue;
        }
        rest = action(rest, |value| {
            if known.insert(value.clone()) {
                values.push(value);
            }
        });
    }
    values
}

/// Reads behind `{{` to behind `}}`.
fn action(text: &str, mut found: impl FnMut(TemplateValue)) -> &str {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'}' if bytes.get(at + 1) == Some(&b'}') => return &text[at + 2..],
            b'"' | b'`' | b'\'' => at = string_end(bytes, at),
            b'.' if at == 0 || !is_name(bytes[at - 1]) && !matches!(bytes[at - 1], b'.' | b')') => {
                let (length, value) = reference(&text[at..]);
                if let Some(value) = value {
                    found(value);
                }
                at += length;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    ""
}

/// The last byte of a string; those in back quotes know no escape.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from + 1;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' if bytes[from] != b'`' => at += 1,
            b'\n' if bytes[from] != b'`' => return at,
            byte if byte == bytes[from] => return at,
            _ => {}
        }
        at += 1;
    }
    at
}

/// Reads `.a.b.c`: how long it is, and the value if it is one of ours.
fn reference(text: &str) -> (usize, Option<TemplateValue>) {
    let mut parts = Vec::new();
    let mut length = 0;
    while text[length..].starts_with('.') {
        let rest = &text[length + 1..];
        let name = &rest[..rest.bytes().take_while(|it| is_name(*it)).count()];
        // The `-` of a closing `-}}` is no part of a name.
        let name =
            if rest[name.len()..].starts_with("}}") { name.trim_end_matches('-') } else { name };
        if name.is_empty() {
            break;
        }
        parts.push(name);
        length += 1 + name.len();
    }
    let value = match parts[..] {
        ["inputs", name, ..] => Some(TemplateValue::Inputs { name: name.to_owned() }),
        ["outputs", block, name, ..] => {
            Some(TemplateValue::Outputs { block: block.to_owned(), name: name.to_owned() })
        }
        _ => None,
    };
    (length.max(1), value)
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let name = |it: &TemplateValue| match it {
            TemplateValue::Inputs { name } => format!("i:{name}"),
            TemplateValue::Outputs { block, name } => format!("o:{block}/{name}"),
        };
        template_values(text).iter().map(name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_template_asks_for_what_it_names_between_braces() {
        for (text, expected) in [
            ("{{ .outputs.make-vpc.vpc_id }}", "o:make-vpc/vpc_id"),
            ("{{.outputs.a.b}}{{.inputs.C}}", "o:a/b i:C"),
            ("{{- .outputs.a.b -}} {{ .outputs.a.c-}}", "o:a/b o:a/c"),
            ("{{ .inputs.A | upper | printf \"%s\" }}", "i:A"),
            ("{{ .outputs.a.b }} {{ .outputs.a.b }}", "o:a/b"),
            (
                "{{ range $k, $v := (fromJson .outputs.a_b.list) }}{{ $v.name }}{{ end }}",
                "o:a_b/list",
            ),
            ("{{ if and (eq .inputs.X \"}}\") (not $.inputs.Y) }}", "i:X i:Y"),
            ("{{ .inputs.Tags.owner.name }}", "i:Tags"),
            ("{{ index .inputs.Tags \".inputs.Z\" `.outputs.a.b` }}", "i:Tags"),
            ("{{/* .inputs.X }} */}} {{- /* .inputs.Y */ -}} {{ .inputs.Z }}", "i:Z"),
            ("{{\n  .inputs.A\n}}", "i:A"),
            ("é {{ .inputs.é }} {{ .inputs.B", "i:B"),
            (".outputs.a.b {{ .outputs.a }} .inputs.X {{ .inputs }} {{ . }} {{ .Name }}", ""),
            ("{{ $x.inputs.A }} {{ .a.inputs.B }} {{ (f).inputs.C }} {{ ..inputs.D }}", ""),
            ("no templates { .inputs.A }", ""),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
