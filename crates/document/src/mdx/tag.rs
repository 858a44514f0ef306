//! One tag with its props: `<Name p="v" q={…} r>`, `<Name …/>` or `</Name>`.

use std::ops::Range;

use super::{
    entity,
    literal::{self, Literal, Refused},
};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tag {
    pub(crate) name: String,
    pub(crate) form: Form,
    pub(crate) span: Range<usize>,
    /// From behind the name to before the end.
    pub(crate) props_span: Range<usize>,
    pub(crate) props: Vec<Prop>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Opens,
    Closes,
    Whole,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Prop {
    /// Empty for `{...spread}`.
    pub(crate) name: String,
    pub(crate) span: Range<usize>,
    pub(crate) given: Given,
}

/// What a prop is given.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Given {
    /// Only its name.
    Bare,
    Quoted(String),
    Braced(Literal),
    /// What would have to be evaluated.
    Refused(Refused),
}

/// What begins with `<` and is no tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoTag {
    /// Such as `<3` or `<https://…>`.
    Text,
    /// It begins as one and goes wrong at this byte.
    Broken { at: usize, what: &'static str },
}

/// Reads a tag whose `<` is at `from`, within so many block quotes.
pub(crate) fn read(text: &str, from: usize, quotes: usize) -> Result<Tag, NoTag> {
    let mut reader = Reader { text, at: from + 1, quotes };
    let closes = reader.eat('/');
    let name = reader.token(is_name).to_owned();
    let starts = name.starts_with(|it: char| it.is_ascii_alphabetic());
    let goes_on = reader.peek().is_none_or(|it| it.is_whitespace() || matches!(it, '/' | '>'));
    if !starts || !goes_on {
        return Err(NoTag::Text);
    }
    let props_from = reader.at;
    let mut props = Vec::new();
    loop {
        reader.space();
        let props_span = props_from..reader.at;
        let form = match reader.peek() {
            None => return Err(reader.broken("it does not end")),
            Some('>') if closes => Form::Closes,
            Some('>') => Form::Opens,
            Some(_) if closes => return Err(reader.broken("a closing tag holds only its name")),
            Some('/') => {
                reader.at += 1;
                reader.space();
                if reader.peek() != Some('>') {
                    return Err(reader.broken("`/` is followed by something else than `>`"));
                }
                Form::Whole
            }
            Some(_) => {
                props.extend(reader.prop()?);
                continue;
            }
        };
        let span = from..reader.at + 1;
        return Ok(Tag { name, form, span, props_span, props });
    }
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    quotes: usize,
}

impl Reader<'_> {
    fn broken(&self, what: &'static str) -> NoTag {
        NoTag::Broken { at: self.at, what }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += if found { wanted.len_utf8() } else { 0 };
        found
    }

    fn token(&mut self, belongs: fn(char) -> bool) -> &str {
        let rest = &self.text[self.at..];
        let token = &rest[..rest.len() - rest.trim_start_matches(belongs).len()];
        self.at += token.len();
        token
    }

    /// Skips white space, and at the beginning of a line the markers of the quotes around the tag.
    fn space(&mut self) {
        let mut markers = 0;
        while let Some(next) = self.peek() {
            match next {
                '\n' => markers = self.quotes,
                '>' if markers > 0 => markers -= 1,
                it if it.is_whitespace() => {}
                _ => return,
            }
            self.at += next.len_utf8();
        }
    }

    /// `None` for a comment.
    fn prop(&mut self) -> Result<Option<Prop>, NoTag> {
        let from = self.at;
        if self.eat('{') {
            return self.spread(from);
        }
        let name = self.token(is_name).to_owned();
        if name.is_empty() {
            return Err(self.broken("no prop begins like this"));
        }
        let name_end = self.at;
        self.space();
        if !self.eat('=') {
            self.at = name_end;
            return Ok(Some(Prop { name, span: from..name_end, given: Given::Bare }));
        }
        self.space();
        let given = self.value()?;
        Ok(Some(Prop { name, span: from..self.at, given }))
    }

    fn spread(&mut self, from: usize) -> Result<Option<Prop>, NoTag> {
        let inner = self.at;
        let end = literal::expression_end(self.text, inner);
        self.at =
            end.ok_or(NoTag::Broken { at: self.text.len(), what: "a brace is not closed" })?;
        let text = self.text[inner..self.at - 1].trim();
        if text.is_empty() || (text.starts_with("/*") && text.find("*/") == Some(text.len() - 2)) {
            return Ok(None);
        }
        let given = Given::Refused(Refused { at: from, what: "a spread" });
        Ok(Some(Prop { name: String::new(), span: from..self.at, given }))
    }

    fn value(&mut self) -> Result<Given, NoTag> {
        let from = self.at;
        match self.peek() {
            Some(quote @ ('"' | '\'')) => {
                let inner = from + 1;
                let length = self.text[inner..].find(quote);
                let length = length
                    .ok_or(NoTag::Broken { at: self.text.len(), what: "a quote is not closed" })?;
                self.at = inner + length + 1;
                Ok(Given::Quoted(self.quoted(&self.text[inner..inner + length])))
            }
            Some('{') => match literal::braced(self.text, from + 1) {
                Ok((literal, end)) => {
                    self.at = end;
                    Ok(Given::Braced(literal))
                }
                Err(refused) => {
                    let end = literal::expression_end(self.text, from + 1);
                    let broken =
                        NoTag::Broken { at: self.text.len(), what: "a brace is not closed" };
                    self.at = end.ok_or(broken)?;
                    Ok(Given::Refused(refused))
                }
            },
            _ => Err(self.broken("a value is in quotes or braces")),
        }
    }

    /// A value in quotes without the markers of the block quotes that it spans.
    fn quoted(&self, written: &str) -> String {
        let mut lines = written.split('\n').map(|it| it.strip_suffix('\r').unwrap_or(it));
        let mut value = lines.next().unwrap_or_default().to_owned();
        for line in lines {
            value.push('\n');
            let mut line = line;
            for _ in 0..self.quotes {
                let Some(rest) = line.trim_start().strip_prefix('>') else { break };
                line = rest.strip_prefix(' ').unwrap_or(rest);
            }
            value.push_str(line);
        }
        entity::decode(&value)
    }
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '_' | '$' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match read(text, 0, 0) {
            Err(NoTag::Text) => "text".to_owned(),
            Err(NoTag::Broken { at, what }) => format!("{at}: {what}"),
            Ok(tag) => {
                let props: Vec<_> = tag.props.iter().map(|it| format!("{it:?}")).collect();
                let rest = &text[tag.span.end..];
                format!("{:?} {} {} rest {rest:?}", tag.form, tag.name, props.len())
            }
        }
    }

    #[test]
    fn what_looks_like_an_end_inside_a_value_is_none() {
        for (text, expected) in [
            ("<A/>b", "Whole A 0 rest \"b\""),
            ("<A.b c>", "Opens A.b 1 rest \"\""),
            ("</A >", "Closes A 0 rest \"\""),
            ("<A b='>' c=\"/>\" d={'>'} e={`/>`}>x", "Opens A 4 rest \"x\""),
            ("<A b = \"it's\"\r\n\tc\n/ >", "Whole A 2 rest \"\""),
            ("<A {/* why > */} b={f('}')} {...c}/>", "Whole A 2 rest \"\""),
            ("<3", "text"),
            ("<https://a.b>", "text"),
            ("<a@b.c>", "text"),
            ("<>", "text"),
            ("<A", "2: it does not end"),
            ("<A b=\"c>", "8: a quote is not closed"),
            ("<A b={c>", "8: a brace is not closed"),
            ("<A b=c>", "5: a value is in quotes or braces"),
            ("<A <A", "3: no prop begins like this"),
            ("</A b>", "4: a closing tag holds only its name"),
            ("<A / b>", "5: `/` is followed by something else than `>`"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn a_tag_in_a_quote_goes_on_behind_its_markers() {
        let tag = read("<A\n> b=\"x\n>  y\"\n>\n> />", 0, 1).unwrap();
        assert_eq!(tag.props[0].given, Given::Quoted("x\n y".to_owned()));
    }
}
