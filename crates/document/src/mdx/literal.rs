//! Literals of JavaScript, as props hold them between braces. They are read and never evaluated: whatever
//! would need a JavaScript engine is refused with its place.

use serde_json::{Map, Number, Value};

/// Deeper arrays and objects are refused; no prop of any component has more than two levels.
const MAX_DEPTH: usize = 32;

/// What stands between the braces of a prop.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Literal {
    Value(Value),
    /// A template literal, with its escapes as JavaScript reads them, and as the shell should.
    Template {
        cooked: String,
        raw: String,
    },
}

/// Why this is no literal, and at which byte of the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) at: usize,
    pub(crate) what: &'static str,
}

/// Reads from behind `{` to behind `}`.
pub(crate) fn braced(text: &str, from: usize) -> Result<(Literal, usize), Refused> {
    let mut reader = Reader { text, at: from };
    reader.space()?;
    let literal = if reader.eat('`') {
        let (cooked, raw) = reader.template()?;
        Literal::Template { cooked, raw }
    } else {
        Literal::Value(reader.value(0)?)
    };
    reader.space()?;
    if reader.eat('}') { Ok((literal, reader.at)) } else { Err(reader.refused(EXPRESSION)) }
}

/// Behind the `}` that ends an expression which began before `from`; `None` if there is none.
pub(crate) fn expression_end(text: &str, from: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut open = vec![b'{'];
    let mut at = from;
    while let Some(&byte) = bytes.get(at) {
        let in_template = open.last() == Some(&b'`');
        match byte {
            b'\\' if in_template => at += 1,
            b'`' if in_template => {
                open.pop();
            }
            b'$' if in_template && bytes.get(at + 1) == Some(&b'{') => {
                open.push(b'{');
                at += 1;
            }
            _ if in_template => {}
            b'`' | b'{' => open.push(byte),
            b'}' => {
                open.pop();
                if open.is_empty() {
                    return Some(at + 1);
                }
            }
            b'"' | b'\'' => at = string_end(bytes, at)?,
            b'/' if bytes.get(at + 1) == Some(&b'*') => at += text[at..].find("*/")? + 1,
            _ => {}
        }
        at += 1;
    }
    None
}

/// The last byte of a string in quotes that begins at `at`; it ends with its line at the latest.
fn string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = at + 1;
    loop {
        match bytes.get(end)? {
            b'\\' => end += 1,
            b'\n' => return Some(end),
            byte if *byte == bytes[at] => return Some(end),
            _ => {}
        }
        end += 1;
    }
}

const EXPRESSION: &str = "an expression";
const UNENDED: &str = "a string that does not end";

struct Reader<'t> {
    text: &'t str,
    at: usize,
}

impl Reader<'_> {
    fn refused(&self, what: &'static str) -> Refused {
        Refused { at: self.at, what }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    /// Skips white space and comments.
    fn space(&mut self) -> Result<(), Refused> {
        loop {
            let rest = &self.text[self.at..];
            self.at += rest.len() - rest.trim_start().len();
            let rest = rest.trim_start();
            let comment = match rest.get(..2) {
                Some("/*") => rest.find("*/").map(|it| it + 2),
                Some("//") => rest.find('\n'),
                _ => return Ok(()),
            };
            self.at +=
                comment.ok_or(Refused { at: self.at, what: "a comment that does not end" })?;
        }
    }

    fn value(&mut self, depth: usize) -> Result<Value, Refused> {
        if depth == MAX_DEPTH {
            return Err(self.refused("a value that nests too deep"));
        }
        match self.peek() {
            Some(quote @ ('"' | '\'')) => {
                self.next();
                self.string(quote).map(Value::String)
            }
            Some('`') => {
                self.next();
                self.template().map(|it| Value::String(it.0))
            }
            Some('[') => {
                self.next();
                self.array(depth)
            }
            Some('{') => {
                self.next();
                self.object(depth)
            }
            Some('-' | '.' | '0'..='9') => self.number(),
            Some(it) if is_word(it) => self.word(),
            Some('}') => Err(self.refused("nothing")),
            _ => Err(self.refused(EXPRESSION)),
        }
    }

    fn array(&mut self, depth: usize) -> Result<Value, Refused> {
        let mut values = Vec::new();
        loop {
            self.space()?;
            if self.eat(']') {
                return Ok(Value::Array(values));
            }
            values.push(self.value(depth + 1)?);
            self.space()?;
            if !self.eat(',') && self.peek() != Some(']') {
                return Err(self.refused(EXPRESSION));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value, Refused> {
        let mut values = Map::new();
        loop {
            self.space()?;
            if self.eat('}') {
                return Ok(Value::Object(values));
            }
            let key = match self.peek() {
                Some(quote @ ('"' | '\'')) => {
                    self.next();
                    self.string(quote)?
                }
                Some(it) if is_word(it) => self.token(is_word).to_owned(),
                _ => return Err(self.refused(EXPRESSION)),
            };
            self.space()?;
            if !self.eat(':') {
                return Err(self.refused(EXPRESSION));
            }
            self.space()?;
            values.insert(key, self.value(depth + 1)?);
            self.space()?;
            if !self.eat(',') && self.peek() != Some('}') {
                return Err(self.refused(EXPRESSION));
            }
        }
    }

    fn token(&mut self, belongs: fn(char) -> bool) -> &str {
        let rest = &self.text[self.at..];
        let token = &rest[..rest.len() - rest.trim_start_matches(belongs).len()];
        self.at += token.len();
        token
    }

    fn word(&mut self) -> Result<Value, Refused> {
        let from = self.at;
        match self.token(is_word) {
            "true" => Ok(Value::Bool(true)),
            "false" => Ok(Value::Bool(false)),
            "null" | "undefined" => Ok(Value::Null),
            _ => Err(Refused { at: from, what: EXPRESSION }),
        }
    }

    fn number(&mut self) -> Result<Value, Refused> {
        let from = self.at;
        self.eat('-');
        self.token(|it| it.is_ascii_alphanumeric() || it == '.');
        let has_exponent = self.text[from..self.at].ends_with(['e', 'E']);
        if has_exponent && (self.eat('+') || self.eat('-')) {
            self.token(|it| it.is_ascii_digit());
        }
        let token = &self.text[from..self.at];
        let number = match token.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok().map(Number::from),
            None => {
                let whole = token.parse::<i64>().ok().map(Number::from);
                whole.or_else(|| token.parse().ok().and_then(Number::from_f64))
            }
        };
        number.map(Value::Number).ok_or(Refused { at: from, what: "a number of another kind" })
    }

    fn string(&mut self, quote: char) -> Result<String, Refused> {
        let (from, mut value) = (self.at, String::new());
        loop {
            match self.next() {
                Some(it) if it == quote => return Ok(value),
                Some('\\') => self.escape(&mut value)?,
                None | Some('\n') => return Err(Refused { at: from, what: UNENDED }),
                Some(it) => value.push(it),
            }
        }
    }

    /// What a template literal holds: as JavaScript reads it, and with only those backslashes taken away
    /// without which it could not be written.
    fn template(&mut self) -> Result<(String, String), Refused> {
        let (from, mut cooked, mut raw) = (self.at, String::new(), String::new());
        loop {
            let at = self.at;
            match self.next() {
                Some('`') => return Ok((cooked, raw)),
                Some('$') if self.peek() == Some('{') => {
                    return Err(Refused { at, what: "an expression in a template literal" });
                }
                Some('\\') => {
                    self.escape(&mut cooked)?;
                    let written = &self.text[at..self.at];
                    let is_needed = matches!(written, "\\`" | "\\$");
                    raw.push_str(if is_needed { &written[1..] } else { written });
                }
                // A template literal has no carriage returns, whatever the file has.
                Some('\r') if self.peek() == Some('\n') => {}
                Some(it) => {
                    cooked.push(it);
                    raw.push(it);
                }
                None => return Err(Refused { at: from, what: UNENDED }),
            }
        }
    }

    /// Reads behind a backslash.
    fn escape(&mut self, value: &mut String) -> Result<(), Refused> {
        let at = self.at;
        let refused = Refused { at, what: "an escape that says no character" };
        let character = match self.next().ok_or(refused)? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'v' => '\u{b}',
            '0' => '\0',
            'x' => self.code_point(2).ok_or(refused)?,
            'u' => self.unicode().ok_or(refused)?,
            '\r' => {
                self.eat('\n');
                return Ok(());
            }
            '\n' => return Ok(()),
            it => it,
        };
        value.push(character);
        Ok(())
    }

    fn code_point(&mut self, digits: usize) -> Option<char> {
        char::from_u32(self.hexadecimal(digits)?)
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        let written = self.text.get(self.at..self.at + digits)?;
        let is_plain = written.bytes().all(|it| it.is_ascii_hexdigit());
        self.at += digits;
        u32::from_str_radix(written, 16).ok().filter(|_| is_plain)
    }

    fn unicode(&mut self) -> Option<char> {
        if self.eat('{') {
            let digits = self.text[self.at..].find('}').filter(|it| (1..=6).contains(it))?;
            let character = self.code_point(digits);
            return character.filter(|_| self.eat('}'));
        }
        let first = self.hexadecimal(4)?;
        if !(0xd800..0xdc00).contains(&first) {
            return char::from_u32(first);
        }
        // Two halves of one character.
        let second = (self.eat('\\') && self.eat('u')).then(|| self.hexadecimal(4))??;
        let low = second.checked_sub(0xdc00).filter(|it| *it < 0x400)?;
        char::from_u32(0x1_0000 + ((first - 0xd800) << 10) + low)
    }
}

fn is_word(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '_' | '$')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(text: &str) -> Value {
        match braced(text, 0).unwrap().0 {
            Literal::Value(it) => it,
            Literal::Template { cooked, .. } => Value::String(cooked),
        }
    }

    #[test]
    fn literals_are_what_javascript_makes_of_them() {
        for (text, expected) in [
            ("true}", json!(true)),
            (" null }", json!(null)),
            ("-1.5e+3}", json!(-1500.0)),
            (".5}", json!(0.5)),
            ("0x1f}", json!(31)),
            ("300000}", json!(300_000)),
            (r#""a\"b\n\u00e9\x41\u{1F375}"}"#, json!("a\"b\né A🍵".replace(' ', ""))),
            (r"'\ud83c\udf75'}", json!("🍵")),
            ("'it is > and } and `'}", json!("it is > and } and `")),
            ("[1, 'a', [true], ]}", json!([1, "a", [true]])),
            ("{a: 1, 'b-c': {d: []}, /* e */}}", json!({"a": 1, "b-c": {"d": []}})),
            ("`a\r\nb \\`x\\` \\${Y}`}", json!("a\nb `x` ${Y}")),
            ("// why\n'x'}", json!("x")),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn a_template_literal_keeps_its_backslashes_for_the_shell() {
        let text = "`sed 's/\\./\\n/' \\`date\\` \\${HOME} \\\\`} rest";
        let (literal, end) = braced(text, 0).unwrap();
        let Literal::Template { cooked, raw } = literal else { panic!("{literal:?}") };
        assert_eq!(raw, "sed 's/\\./\\n/' `date` ${HOME} \\\\");
        assert_eq!(cooked, "sed 's/./\n/' `date` ${HOME} \\");
        assert_eq!(&text[end..], " rest");
    }

    #[test]
    fn whatever_is_no_literal_is_refused_with_its_place() {
        for (text, at, what) in [
            ("}", 0, "nothing"),
            ("x}", 0, EXPRESSION),
            ("1 + 1}", 2, EXPRESSION),
            ("() => 1}", 0, EXPRESSION),
            ("['a', b]}", 6, EXPRESSION),
            ("{...a}}", 1, EXPRESSION),
            ("{a}}", 2, EXPRESSION),
            ("`a ${b}`}", 3, "an expression in a template literal"),
            ("'a\n'}", 1, UNENDED),
            ("'\\u12'}", 2, "an escape that says no character"),
            ("12px}", 0, "a number of another kind"),
            ("'a'", 3, EXPRESSION),
        ] {
            assert_eq!(braced(text, 0), Err(Refused { at, what }), "{text}");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(braced(&deep, 0).unwrap_err().what, "a value that nests too deep");
    }

    #[test]
    fn an_expression_ends_where_its_brace_does() {
        for (text, rest) in [
            ("a} b", " b"),
            ("{a: '}'} } b", " b"),
            ("`}${`}`}` } b", " b"),
            ("f(\"}\") /* } */} b", " b"),
        ] {
            let end = expression_end(text, 0).unwrap();
            assert_eq!(&text[end..], rest, "{text}");
        }
        for text in ["a", "'", "`}", "{}", "/* }"] {
            assert_eq!(expression_end(text, 0), None, "{text}");
        }
    }
}
