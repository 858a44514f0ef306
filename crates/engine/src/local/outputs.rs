//! What a script writes to the file that `$RUNBOOK_OUTPUT` names: values for the templates of later blocks.
//!
//! A line `name=value` gives a value. One of several lines stands between `name<<END` and a line `END`, where
//! the author chooses the word.

use std::collections::BTreeMap;

use model::variable::is_name;

/// Most bytes of the file that are read.
pub(crate) const MOST_BYTES: usize = 1 << 20;

/// What one script gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outputs {
    pub values: BTreeMap<String, String>,
    /// What of the file could not be read, for the author.
    pub warnings: Vec<String>,
}

/// Reads the file of a script that has ended. The last value of a name counts.
#[must_use]
pub fn read_outputs(file: &[u8]) -> Outputs {
    let mut outputs = Outputs::default();
    let known = &file[..file.len().min(MOST_BYTES)];
    if known.len() < file.len() {
        outputs.warn(0, &format!("only the first {MOST_BYTES} bytes were read"));
    }
    let text = String::from_utf8_lossy(known);
    let mut lines = (1..).zip(text.lines());
    while let Some((number, line)) = lines.next() {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        let ends_at = line.find(['=', '<']);
        match ends_at.map(|it| (line[..it].trim_end(), &line[it..])) {
            Some((name, _)) if !is_name(name) => outputs.warn(number, &unnamed(name)),
            Some((name, rest)) if rest.starts_with('=') => {
                outputs.values.insert(name.to_owned(), rest[1..].to_owned());
            }
            Some((name, rest)) if rest.starts_with("<<") && !rest[2..].trim().is_empty() => {
                let end = rest[2..].trim();
                let mut value = Vec::new();
                let ended = lines.by_ref().map(|it| it.1).any(|it| {
                    value.push(it);
                    it == end
                });
                if ended {
                    value.pop();
                    outputs.values.insert(name.to_owned(), value.join("\n"));
                } else {
                    outputs.warn(number, &format!("no line `{end}` ends the value of `{name}`"));
                }
            }
            Some(_) | None => outputs.warn(number, "write `name=value`"),
        }
    }
    outputs
}

impl Outputs {
    fn warn(&mut self, line: usize, what: &str) {
        self.warnings.push(match line {
            0 => format!("$RUNBOOK_OUTPUT: {what}"),
            line => format!("$RUNBOOK_OUTPUT, line {line}: {what}"),
        });
    }
}

fn unnamed(name: &str) -> String {
    format!("`{name}` is no name; use letters, digits and `_`, and begin with a letter or `_`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_line_and_of_several_are_read() {
        let file = b"a=1\n  b = two = 2 \r\nlong<<END\nx\n\ny=z\nEND\na=3\nempty=\n";
        let outputs = read_outputs(file);
        let values: Vec<_> =
            outputs.values.iter().map(|(name, it)| (name.as_str(), it.as_str())).collect();
        let wanted = [("a", "3"), ("b", " two = 2"), ("empty", ""), ("long", "x\n\ny=z")];
        assert_eq!(values, wanted);
        assert_eq!(outputs.warnings, Vec::<String>::new());
    }

    #[test]
    fn what_is_no_value_is_said_with_its_line() {
        let outputs = read_outputs(b"ok=1\nnonsense\n1x=2\nopen<<END\nx\n");
        assert_eq!(outputs.values.len(), 1);
        let wanted =
            ["line 2: write `name=value`", "line 3: `1x` is no name", "line 4: no line `END`"];
        assert_eq!(outputs.warnings.len(), wanted.len());
        for (warning, wanted) in outputs.warnings.iter().zip(wanted) {
            assert!(warning.contains(wanted), "{warning}");
        }
    }

    #[test]
    fn whatever_a_script_writes_is_read_to_its_bound() {
        let outputs = read_outputs(&vec![b'='; MOST_BYTES + 1]);
        assert!(outputs.warnings[0].contains("only the first"), "{:?}", outputs.warnings);
        assert_eq!(read_outputs(&[0xff, b'=', 0xfe]).values.len(), 0);
    }
}
