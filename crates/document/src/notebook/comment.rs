//! Comments that say what Markdown cannot: `<!-- cell {…} -->` and `<!-- output {…} -->`.

use serde_json::{Map, Value};

/// A comment of ours that is a line by itself.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Comment {
    /// Begins a cell, and says of it what its text does not.
    Cell(Map<String, Value>),
    /// What follows is output of the block above it.
    Output(Map<String, Value>),
}

/// Reads a line without its ending.
pub(crate) fn comment_at(line: &str) -> Option<Comment> {
    let inner = line.trim_end().strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    let (word, rest) = inner.split_once(' ').unwrap_or((inner, ""));
    let values =
        if rest.trim().is_empty() { Map::new() } else { serde_json::from_str(rest.trim()).ok()? };
    match word {
        "cell" => Some(Comment::Cell(values)),
        "output" => Some(Comment::Output(values)),
        _ => None,
    }
}

/// The comment, without a line ending.
pub(super) fn written(word: &str, values: &Map<String, Value>) -> String {
    if values.is_empty() {
        return format!("<!-- {word} -->");
    }
    // Only strings may hold what ends a comment or begins a fence; JSON has another form for each.
    let json = serde_json::to_string(values).expect("a map of values is JSON");
    let json = json.replace('>', "\\u003e").replace('`', "\\u0060").replace("--", "-\\u002d");
    format!("<!-- {word} {json} -->")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_whatever_it_contains() {
        let values = serde_json::json!({ "a": "--> `x` -- é", "b": [1, { "c": "<!--" }] });
        let Value::Object(values) = values else { panic!() };
        let line = written("cell", &values);
        assert_eq!(line.matches("-->").count(), 1);
        assert_eq!(comment_at(&line), Some(Comment::Cell(values)));
        assert_eq!(comment_at("<!-- output -->"), Some(Comment::Output(Map::new())));
    }

    #[test]
    fn other_comments_are_none_of_ours() {
        for line in ["<!-- cells -->", "<!-- cell {broken -->", "cell", "<!-- cell", "<!---->"] {
            assert_eq!(comment_at(line), None, "{line}");
        }
    }
}
