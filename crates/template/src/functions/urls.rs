//! sprig's `urlParse` and `urlJoin`.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{Args, Entry, args::wrong};
use crate::{
    runtime::{CallError, Runtime},
    value::Value,
};

pub(super) const TABLE: &[Entry] =
    &[Entry("urlParse", 1, 1, parsed), Entry("urlJoin", 1, 1, joined)];

fn parsed(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let text = a.text(0)?;
    runtime.room(2 * text.len() + 512)?;
    let bad = |why: &str| CallError::failed(format!("`{text}` is no URL: {why}"));
    if text.chars().any(char::is_control) {
        return Err(bad("it has control characters"));
    }
    let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
    let (scheme, rest) = scheme(rest);
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (authority, path, opaque) = match rest.strip_prefix("//") {
        Some(after) => {
            let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
            (authority, path, "")
        }
        None if !scheme.is_empty() && !rest.starts_with('/') => ("", "", rest),
        None => ("", rest, ""),
    };
    let (user, host) = authority.rsplit_once('@').unwrap_or(("", authority));
    let path = decoded(path).ok_or_else(|| bad("a `%` has no two digits"))?;
    let fragment = decoded(fragment).ok_or_else(|| bad("a `%` has no two digits"))?;
    let said = [
        ("scheme", scheme.to_ascii_lowercase()),
        ("host", host.to_owned()),
        ("hostname", hostname(host).to_owned()),
        ("path", path),
        ("query", query.to_owned()),
        ("opaque", opaque.to_owned()),
        ("fragment", fragment),
        ("userinfo", user.to_owned()),
    ];
    Ok(Value::map(said.into_iter().map(|(key, value)| (key.into(), Value::text(value))).collect()))
}

fn scheme(text: &str) -> (&str, &str) {
    let allowed = |it: char| it.is_ascii_alphanumeric() || "+-.".contains(it);
    match text.split_once(':') {
        Some((scheme, rest))
            if scheme.starts_with(|it: char| it.is_ascii_alphabetic())
                && scheme.chars().all(allowed) =>
        {
            (scheme, rest)
        }
        _ => ("", text),
    }
}

fn hostname(host: &str) -> &str {
    if let Some(inside) = host.strip_prefix('[') {
        return inside.split(']').next().unwrap_or_default();
    }
    host.split(':').next().unwrap_or_default()
}

fn decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            out.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            out.push(*first);
            rest = after;
        }
    }
    String::from_utf8(out).ok()
}

fn joined(runtime: &mut Runtime<'_>, a: Args<'_>) -> Result<Value, CallError> {
    let entries: BTreeMap<_, _> = a.map(0)?.entries().clone();
    let get = |key: &str| match entries.get(key) {
        None => Ok(""),
        Some(Value::Text(it)) => Ok(&**it),
        Some(other) => Err(wrong("a string", other)),
    };
    let (scheme, opaque, host, user) =
        (get("scheme")?, get("opaque")?, get("host")?, get("userinfo")?);
    let (path, query, fragment) = (get("path")?, get("query")?, get("fragment")?);
    runtime.room(3 * (scheme.len() + opaque.len() + host.len() + user.len() + path.len()))?;
    runtime.room(3 * (query.len() + fragment.len()) + 8)?;
    let mut out = String::new();
    if !scheme.is_empty() {
        out.push_str(scheme);
        out.push(':');
    }
    if opaque.is_empty() {
        if !scheme.is_empty() || !host.is_empty() || !user.is_empty() {
            if !host.is_empty() || !path.is_empty() || !user.is_empty() {
                out.push_str("//");
            }
            if !user.is_empty() {
                out.push_str(user);
                out.push('@');
            }
            out.push_str(host);
        }
        if !path.is_empty() && !path.starts_with('/') && !host.is_empty() {
            out.push('/');
        }
        encoded(&mut out, path, "$&+,/:;=@-_.~");
    } else {
        out.push_str(opaque);
    }
    if !query.is_empty() {
        out.push('?');
        out.push_str(query);
    }
    if !fragment.is_empty() {
        out.push('#');
        encoded(&mut out, fragment, "$&+,/:;=?@-_.~!()*");
    }
    Ok(Value::text(out))
}

fn encoded(out: &mut String, text: &str, kept: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.as_bytes().contains(&byte) {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a String takes everything");
        }
    }
}
