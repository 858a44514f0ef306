//! boilerplate's functions. Some are called like sprig's and mean something else; the table comes last.
//!
//! `shell` runs nothing. `include`, `snippet` and `pathExists` see the files of the world, `env` and its kin the
//! declared variables: a path or a name beyond these is not there.

use std::{borrow::Cow, sync::Arc};

use super::{ANY, Args, Call, Entry, cases, dicts, math, paths, yaml};
use crate::{
    engine::{self, Source},
    error::{ErrorKind, TemplateError},
    print,
    runtime::{CallError, Runtime},
    syntax,
    value::Value,
};

pub(super) const TABLE: &[Entry] = &[
    Entry("downcase", 1, 1, |_, a| Ok(Value::text(cases::lower(a.text(0)?)))),
    Entry("upcase", 1, 1, |_, a| Ok(Value::text(cases::upper(a.text(0)?)))),
    // Not boilerplate's, but runbooks' documents use them as if they were.
    Entry("UpperCase", 1, 1, |_, a| Ok(Value::text(cases::upper(a.text(0)?)))),
    Entry("LowerCase", 1, 1, |_, a| Ok(Value::text(cases::lower(a.text(0)?)))),
    Entry("trimSpace", 1, 1, |_, a| Ok(Value::text(a.text(0)?.trim()))),
    Entry("pascalCase", 1, 1, |_, a| Ok(Value::text(camel(a.text(0)?)))),
    Entry("kebabCase", 1, 1, |_, a| Ok(Value::text(delimited(a.text(0)?, "-")))),
    Entry("capitalize", 1, 1, |_, a| Ok(Value::text(capitalized(a.text(0)?)))),
    Entry("snakeCase", 1, 1, |_, a| Ok(Value::text(delimited(a.text(0)?, "_")))),
    Entry("dasherize", 1, 1, |_, a| Ok(Value::text(delimited(a.text(0)?, "-")))),
    Entry("camelCase", 1, 1, |_, a| Ok(Value::text(camel(a.text(0)?)))),
    Entry("camelCaseLower", 1, 1, |_, a| {
        let made = camel(a.text(0)?);
        let mut letters = made.chars();
        let first = letters.next().map(cases::lower_letter).into_iter();
        Ok(Value::text(first.chain(letters).collect::<String>()))
    }),
    Entry("plus", 2, 2, |r, a| float(r, a, |left, right| left + right)),
    Entry("minus", 2, 2, |r, a| float(r, a, |left, right| left - right)),
    Entry("times", 2, 2, |r, a| float(r, a, |left, right| left * right)),
    Entry("divide", 2, 2, |r, a| float(r, a, |left, right| left / right)),
    Entry("round", 1, 1, rounded),
    Entry("roundInt", 1, 1, rounded),
    Entry("ceil", 1, 1, |r, a| Ok(Value::Float(number(r, a, 0)?.ceil()))),
    Entry("ceilInt", 1, 1, |r, a| Ok(Value::Float(number(r, a, 0)?.ceil()))),
    Entry("floor", 1, 1, |r, a| Ok(Value::Float(number(r, a, 0)?.floor()))),
    Entry("floorInt", 1, 1, |r, a| Ok(Value::Float(number(r, a, 0)?.floor()))),
    Entry("slice", 3, 3, num_range),
    Entry("numRange", 3, 3, num_range),
    Entry("keys", 1, 1, dicts::keys),
    Entry("keysSorted", 1, 1, dicts::keys),
    Entry("replace", 3, 3, replace_one),
    Entry("replaceOne", 3, 3, replace_one),
    Entry("replaceAll", 3, 3, super::strings::replace_all),
    Entry("trimPrefix", 2, 2, |_, a| without_prefix(a, 0, 1)),
    Entry("trimPrefixBoilerplate", 2, 2, |_, a| without_prefix(a, 0, 1)),
    Entry("trimPrefixSprig", 2, 2, |_, a| without_prefix(a, 1, 0)),
    Entry("trimSuffix", 2, 2, |_, a| without_suffix(a, 0, 1)),
    Entry("trimSuffixBoilerplate", 2, 2, |_, a| without_suffix(a, 0, 1)),
    Entry("trimSuffixSprig", 2, 2, |_, a| without_suffix(a, 1, 0)),
    Entry("toYaml", 1, 1, yaml::written),
    Entry("fromYaml", 1, 1, yaml::read),
    Entry("env", 2, 2, |r, a| {
        let found = variable(r, a.text(0)?);
        Ok(if found.is_empty() { a.get(1).clone() } else { Value::text(found) })
    }),
    Entry("envWithDefault", 2, 2, |r, a| {
        let found = variable(r, a.text(0)?);
        Ok(if found.is_empty() { a.get(1).clone() } else { Value::text(found) })
    }),
    Entry("readEnv", 1, 1, |r, a| Ok(Value::text(variable(r, a.text(0)?)))),
    Entry("expandenv", 1, 1, expanded),
    Entry("shell", 0, ANY, NO_PROGRAMS),
    Entry("include", 2, 2, include),
    Entry("snippet", 1, 2, snippet),
    Entry("pathExists", 1, 1, |r, a| {
        let path = resolved(r, a.text(0)?);
        let folder = format!("{path}/");
        let files = r.world.files;
        let beneath =
            files.range(folder.clone()..).next().is_some_and(|it| it.0.starts_with(&folder));
        Ok(Value::Bool(beneath || files.contains_key(&*path)))
    }),
    Entry("templateIsDefined", 1, 1, |r, a| {
        r.step(r.defined.len() as u64 / 8)?;
        Ok(Value::Bool(r.defined.contains(a.text(0)?)))
    }),
    Entry("templateFolder", 0, 0, |r, _| Ok(Value::text(r.world.template_folder))),
    Entry("templateUrl", 0, 0, |r, _| Ok(Value::text(r.world.template_folder))),
    Entry("outputFolder", 0, 0, |r, _| Ok(Value::text(r.world.output_folder))),
    Entry("relPath", 2, 2, |_, a| {
        let found = paths::relative(a.text(0)?, a.text(1)?);
        found
            .map(Value::text)
            .ok_or_else(|| CallError::failed("there is no relative path between the two"))
    }),
    Entry("boilerplateConfigVars", 0, ANY, NO_CONFIG),
    Entry("boilerplateConfigDeps", 0, ANY, NO_CONFIG),
    Entry("vars", 0, ANY, NO_CONFIG),
];

const NO_PROGRAMS: Call = |_, _| {
    Err(CallError::Unsupported {
        why: "a template runs no programs; a Command block does, and says so",
    })
};
const NO_CONFIG: Call = |_, _| {
    Err(CallError::Unsupported { why: "read the variables themselves, as in `.inputs.Name`" })
};

fn variable(runtime: &Runtime<'_>, name: &str) -> String {
    runtime.world.environment.get(name).cloned().unwrap_or_default()
}

/// `$NAME` and `${NAME}`, of declared variables.
fn expanded(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let mut out = String::new();
    let mut rest = &**a.text(0)?;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (name, tail) = match after.strip_prefix('{').and_then(|it| it.split_once('}')) {
            Some(found) => found,
            None => after.split_at(
                after
                    .find(|it: char| !it.is_ascii_alphanumeric() && it != '_')
                    .unwrap_or(after.len()),
            ),
        };
        if name.is_empty() {
            out.push('$');
        }
        let value = variable(runtime, name);
        runtime.room(value.len() + at + 1)?;
        out.push_str(&value);
        rest = tail;
    }
    out.push_str(rest);
    Ok(Value::text(out))
}

/// Any number, and any text that is one.
fn number(runtime: &mut Runtime<'_>, a: Args<'_>, nth: usize) -> Result<f64, CallError> {
    if matches!(a.get(nth), Value::Int(_) | Value::Float(_)) {
        return Ok(a.number(nth));
    }
    let text = print::plain(runtime, a.get(nth))?;
    text.parse().map_err(|_| CallError::failed(format!("`{text}` is no number")))
}

fn float(
    runtime: &mut Runtime<'_>,
    a: Args<'_>,
    apply: fn(f64, f64) -> f64,
) -> Result<Value, CallError> {
    Ok(Value::Float(apply(number(runtime, a, 0)?, number(runtime, a, 1)?)))
}

fn rounded(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let rounded = Value::Float(number(runtime, a, 0)?.round());
    Ok(Value::Int(super::args::whole(&rounded)))
}

/// From the first number on, below the second, by the third.
fn num_range(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let (from, to, step) = (a.whole(0), a.whole(1), a.whole(2));
    if step <= 0 && from < to {
        return Err(CallError::failed("the step of a range is 1 or more"));
    }
    math::counted(runtime, from, to.max(from), step.max(1))
}

fn replace_one(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let (old, new, text) = (a.text(0)?, a.text(1)?, a.text(2)?);
    runtime.room(text.len() + new.len())?;
    Ok(Value::text(text.replacen(&**old, new, 1)))
}

fn without_prefix(a: Args<'_>, text: usize, prefix: usize) -> Result<Value, CallError> {
    let text: &Arc<str> = a.text(text)?;
    Ok(Value::text(text.strip_prefix(&**a.text(prefix)?).unwrap_or(text)))
}

fn without_suffix(a: Args<'_>, text: usize, suffix: usize) -> Result<Value, CallError> {
    let text: &Arc<str> = a.text(text)?;
    Ok(Value::text(text.strip_suffix(&**a.text(suffix)?).unwrap_or(text)))
}

fn capitalized(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside = false;
    for letter in text.chars() {
        if inside {
            out.push(cases::lower_letter(letter))
        } else {
            out.push(cases::upper_letter(letter))
        }
        inside = letter.is_alphanumeric() || letter == '\'' || letter == '_';
    }
    out
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    let between = |it: char| it.is_whitespace() || it.is_ascii_punctuation();
    text.split(between).filter(|it| !it.is_empty())
}

/// `foo BAR baz!` to `FooBARBaz`: the first letter of each word large.
fn camel(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for part in parts(text) {
        let mut letters = part.chars();
        out.extend(letters.next().map(cases::upper_letter));
        out.push_str(letters.as_str());
    }
    out
}

/// `FooBar baz!` to `foo-bar-baz`: small letters, a delimiter between the words.
fn delimited(text: &str, delimiter: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    for part in parts(text) {
        let mut word = String::new();
        let mut small = false;
        for letter in part.chars() {
            if letter.is_uppercase() && small {
                words.push(std::mem::take(&mut word));
            }
            small = !letter.is_uppercase();
            word.push(cases::lower_letter(letter));
        }
        words.push(word);
    }
    words.join(delimiter)
}

/// A path as the template means it: relative to the folder that the template is in.
fn resolved<'p>(runtime: &Runtime<'_>, path: &'p str) -> Cow<'p, str> {
    let folder = runtime.name.rsplit_once('/').map_or("", |it| it.0);
    Cow::Owned(paths::clean(&if folder.is_empty() {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    }))
}

/// The name of a file and its text.
fn file<'w>(runtime: &mut Runtime<'w>, path: &str) -> Result<(String, &'w str), CallError> {
    let name = resolved(runtime, path).into_owned();
    let files = runtime.world.files;
    let file =
        files.get(&name).ok_or_else(|| CallError::failed(format!("there is no file `{name}`")))?;
    runtime.room(file.bytes.len())?;
    let text = std::str::from_utf8(&file.bytes);
    Ok((name.clone(), text.map_err(|_| CallError::failed(format!("`{name}` is no text")))?))
}

/// Another file, rendered with a map as its data.
fn include(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let (name, text) = file(runtime, a.text(0)?)?;
    let data = a.map(1)?.clone();
    runtime.step(1 + text.len() as u64 / 8)?;
    let failed = |error: TemplateError| {
        // Where templates include each other without end, nobody reads the way there.
        let message =
            if error.kind == ErrorKind::Limit { error.message } else { error.to_string() };
        CallError::Inner { kind: error.kind, message }
    };
    let unit = syntax::parse(text).map_err(|it| failed(TemplateError::new(&name, text, it)))?;
    engine::deeper(runtime, 0)
        .map_err(|it| CallError::Inner { kind: it.kind, message: it.message })?;
    let outer = std::mem::replace(&mut runtime.name, name.clone());
    let source = Source { name: &name, text, unit: &unit };
    let made = engine::render(&source, runtime, &Value::Map(data));
    runtime.name = outer;
    runtime.depth -= 1;
    Ok(Value::text(made.map_err(failed)?))
}

/// A file, or what stands in it between two lines that say `boilerplate-snippet: NAME`.
fn snippet(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let (name, text) = file(runtime, a.text(0)?)?;
    if a.len() == 1 {
        return Ok(Value::text(text));
    }
    let wanted = a.text(1)?;
    let marks = |line: &str| {
        let after = line.split_once("boilerplate-snippet:").map(|it| it.1.trim_start());
        after.and_then(|it| it.split_whitespace().next()) == Some(&**wanted)
    };
    let mut lines = text.lines().skip_while(|it| !marks(it));
    if lines.next().is_none() {
        return Err(CallError::failed(format!("`{name}` has no snippet `{wanted}`")));
    }
    let mut found = Vec::new();
    for line in lines {
        if marks(line) {
            return Ok(Value::text(found.join("\n")));
        }
        found.push(line);
    }
    Err(CallError::failed(format!("the snippet `{wanted}` of `{name}` has no end")))
}
