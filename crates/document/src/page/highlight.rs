//! Colours for code: comments, texts, numbers and the words of a language. It knows no grammar; what it
//! takes for one thing and is another reads well nevertheless.

use super::escaped;

/// What a family of languages has in common.
struct Family {
    line_comments: &'static [&'static str],
    block_comment: Option<(&'static str, &'static str)>,
    quotes: &'static [&'static str],
    words: &'static str,
}

const SCRIPT: Family = Family {
    line_comments: &["#"],
    block_comment: None,
    quotes: &["\"\"\"", "'''", "\"", "'"],
    words: " and as assert async await break case class continue def del elif else except finally for from global if import in is lambda match nonlocal not or pass raise return try while with yield None True False self end do done then fi function local export unless until require module nil puts defmodule fn when ",
};

const SHELL: Family = Family {
    line_comments: &["# "],
    block_comment: None,
    quotes: &["\"", "'"],
    words: " if then else elif fi for while until do done case esac in function return local export readonly declare set unset shift trap exit source eval exec cd echo printf read test true false ",
};

const BRACES: Family = Family {
    line_comments: &["//"],
    block_comment: Some(("/*", "*/")),
    quotes: &["\"", "'", "`"],
    words: " abstract as async await bool break case catch chan char class const continue crate default defer delete do double dyn else enum export extends extern false final finally float fn for from func function go goto if impl implements import in instanceof int interface let long loop map match mod move mut namespace new nil null of override package private protected pub public range ref return self Self short static string struct super switch this throw trait true try type typeof undefined union unsafe use using var void where while yield ",
};

/// Quotes of Rust are lifetimes too.
const RUST: Family = Family {
    quotes: &["\""],
    line_comments: BRACES.line_comments,
    block_comment: BRACES.block_comment,
    words: BRACES.words,
};

const SQL: Family = Family {
    line_comments: &["--"],
    block_comment: Some(("/*", "*/")),
    quotes: &["'", "\""],
    words: " select from where group by order having limit insert into values update set delete create table view index join left right inner outer on as and or not null is in exists case when then else end distinct union all with SELECT FROM WHERE GROUP BY ORDER HAVING LIMIT INSERT INTO VALUES UPDATE SET DELETE CREATE TABLE VIEW INDEX JOIN LEFT RIGHT INNER OUTER ON AS AND OR NOT NULL IS IN EXISTS CASE WHEN THEN ELSE END DISTINCT UNION ALL WITH ",
};

const DATA: Family = Family {
    line_comments: &["#", "//"],
    block_comment: None,
    quotes: &["\"", "'"],
    words: " true false null yes no ",
};

/// Code as HTML.
pub(super) fn highlight(language: Option<&str>, code: &str) -> String {
    let family = match language.unwrap_or_default().to_ascii_lowercase().as_str() {
        "python" | "python3" | "py" | "ipython" | "ipython3" | "ruby" | "rb" | "elixir" | "r"
        | "julia" | "pycon" => &SCRIPT,
        "bash" | "sh" | "shell" | "zsh" | "console" | "fish" => &SHELL,
        "rust" | "rs" => &RUST,
        "js" | "javascript" | "node" | "mjs" | "cjs" | "jsx" | "ts" | "typescript" | "tsx"
        | "go" | "golang" | "c" | "cpp" | "c++" | "java" | "kotlin" | "scala" | "swift"
        | "csharp" | "php" => &BRACES,
        "sql" | "postgres" | "sqlite" => &SQL,
        "json" | "yaml" | "yml" | "toml" | "ini" | "hcl" => &DATA,
        _ => return escaped(code),
    };
    let mut out = String::with_capacity(code.len() * 2);
    let mut rest = code;
    let mut before = '\n';
    while let Some(first) = rest.chars().next() {
        let (class, length) = family.token(rest, before);
        let (token, after) = rest.split_at(length.max(first.len_utf8()));
        match class {
            Some(class) => {
                out.push_str("<span class=\"");
                out.push_str(class);
                out.push_str("\">");
                out.push_str(&escaped(token));
                out.push_str("</span>");
            }
            None => out.push_str(&escaped(token)),
        }
        before = token.chars().next_back().unwrap_or('\n');
        rest = after;
    }
    out
}

impl Family {
    /// The class of the token that the rest begins with, and its length in bytes.
    fn token(&self, rest: &str, before: char) -> (Option<&'static str>, usize) {
        if self.begins_comment(rest, before) {
            return (Some("c"), rest.find('\n').unwrap_or(rest.len()));
        }
        if let Some((open, close)) = self.block_comment.filter(|it| rest.starts_with(it.0)) {
            let end = rest[open.len()..].find(close).map(|it| open.len() + it + close.len());
            return (Some("c"), end.unwrap_or(rest.len()));
        }
        if let Some(quote) = self.quotes.iter().find(|it| rest.starts_with(**it)) {
            return (Some("s"), quoted(rest, quote));
        }
        let is_word = |it: char| it.is_alphanumeric() || it == '_';
        if !rest.starts_with(is_word) {
            return (None, 0);
        }
        let length = rest.find(|it| !is_word(it)).unwrap_or(rest.len());
        let word = &rest[..length];
        if word.starts_with(|it: char| it.is_ascii_digit()) {
            return (Some("n"), length);
        }
        let known = self.words.contains(&format!(" {word} "));
        (known.then_some("k"), length)
    }

    fn begins_comment(&self, rest: &str, before: char) -> bool {
        let after_space = before.is_whitespace();
        self.line_comments
            .iter()
            .any(|it| rest.starts_with(*it) && (after_space || !it.starts_with('#')))
    }
}

/// Length of a text with its quotes. One of a single character ends with its line at the latest.
fn quoted(rest: &str, quote: &str) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip_while(|it| it.0 < quote.len()) {
        if escaped {
            escaped = false;
        } else if character == '\\' {
            escaped = true;
        } else if rest[at..].starts_with(quote) {
            return at + quote.len();
        } else if character == '\n' && quote.len() == 1 && quote != "`" {
            return at;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_code_is_lost_and_its_parts_have_classes() {
        for (language, code, expected) in [
            (
                "python",
                "if x: # é\n",
                "<span class=\"k\">if</span> x: <span class=\"c\"># é</span>\n",
            ),
            (
                "js",
                "let a = `1\n2` // x",
                "<span class=\"k\">let</span> a = <span class=\"s\">`1\n2`</span> <span class=\"c\">// x</span>",
            ),
            ("rust", "&'a str", "&amp;'a str"),
            (
                "bash",
                "echo ${#a} '<",
                "<span class=\"k\">echo</span> ${#a} <span class=\"s\">'&lt;</span>",
            ),
            ("none", "if <", "if &lt;"),
        ] {
            assert_eq!(highlight(Some(language), code), expected);
        }
    }
}
