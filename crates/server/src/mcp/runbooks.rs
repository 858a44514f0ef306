//! Runbooks: find, read, make, edit.

use std::fmt::Write as _;

use mcp::{Answer, CreateRunbook, EditRunbook, ListRunbooks, ReadRunbook, clean, clean_line};
use serde_json::{Value, json};

use super::{
    STRING,
    own_routes::{Asking, Refusal, encoded},
    runs::title,
};

/// Bytes of a runbook's text that are read at once.
const MOST_TEXT: usize = 64 << 10;

/// Bytes of the list of its blocks.
const MOST_BLOCKS: usize = 24 << 10;

pub(super) async fn list(asking: &Asking, call: ListRunbooks) -> Result<Answer, Refusal> {
    let cursor = call.cursor.map_or_else(String::new, |it| format!("&cursor={}", encoded(&it)));
    let folder = match &call.folder {
        Some(name) => Some(folder(asking, name).await?),
        None => None,
    };
    let page = match call.search.filter(|it| !it.trim().is_empty()) {
        Some(words) => {
            let within = folder.map_or_else(String::new, |it| {
                format!(" in:\"{}\"", text(&it["name"]).replace('"', " "))
            });
            let words = encoded(&format!("{words}{within}"));
            asking.get(&format!("/api/search?q={words}{cursor}")).await?
        }
        None => {
            let within =
                folder.map_or_else(String::new, |it| format!("&folder={}", text(&it["id"])));
            asking.get(&format!("/api/runbooks?limit=50{within}{cursor}")).await?
        }
    };
    Ok(Answer::text(&listed(&page)))
}

fn listed(page: &Value) -> String {
    let mut told = String::new();
    for it in items(page) {
        // A hit of a search marks words in its title.
        let title = it["title"].as_str().or(it["title"]["text"].as_str()).unwrap_or_default();
        let revision =
            it["revision"].as_i64().map_or_else(String::new, |it| format!(", revision {it}"));
        let (id, changed) = (text(&it["id"]), text(&it["updated_at"]));
        writeln!(told, "{id} {:?}{revision}, changed {changed}", clean_line(title)).expect(STRING);
        for place in it["places"].as_array().into_iter().flatten() {
            let snippet = clean_line(text(&place["snippet"]["text"]));
            writeln!(told, "  line {}: {snippet}", place["line"]).expect(STRING);
        }
    }
    if told.is_empty() {
        told.push_str("there are none");
    }
    if let Some(cursor) = page["next_cursor"].as_str() {
        writeln!(told, "there are more: cursor {cursor}").expect(STRING);
    }
    told
}

async fn folder(asking: &Asking, name: &str) -> Result<Value, Refusal> {
    let folders = asking.get("/api/folders").await?;
    let is_meant = |it: &&Value| {
        text(&it["id"]) == name || text(&it["name"]).to_lowercase() == name.to_lowercase()
    };
    let found: Vec<&Value> = items(&folders).filter(is_meant).collect();
    match found.as_slice() {
        [one] => Ok((*one).clone()),
        [] => {
            let all: Vec<String> =
                items(&folders).map(|it| clean_line(text(&it["name"]))).collect();
            let all = all.join(", ");
            Err(Refusal::new(format_args!("there is no folder {name:?}; there are: {all}")))
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|it| text(&it["id"])).collect();
            let ids = ids.join(", ");
            Err(Refusal::new(format_args!(
                "several folders are called {name:?}; name one by its id: {ids}"
            )))
        }
    }
}

pub(super) async fn read(asking: &Asking, call: ReadRunbook) -> Result<Answer, Refusal> {
    let runbook = asking.get(&path(&call.runbook)).await?;
    let content = text(&runbook["content"]);
    let lines = content.split_inclusive('\n').count();
    let part = part(content, call.from_line.max(1));
    let mut told = about(&runbook);
    let last =
        call.from_line.max(1) + part.split_inclusive('\n').count() - usize::from(!part.is_empty());
    if part.len() < content.len() {
        write!(
            told,
            "\nThe text has {lines} lines; these are lines {} to {last}.",
            call.from_line.max(1)
        )
        .expect(STRING);
        if last < lines {
            write!(
                told,
                " Read on with from_line {}; do not edit before you have read all.",
                last + 1
            )
            .expect(STRING);
        }
    }
    if clean(part) != part.replace("\r\n", "\n") {
        told.push_str("\nThe text has control characters, or others that nobody sees.");
    }
    // As it is, so that it can be edited.
    Ok(Answer::parts([told.as_str(), part]))
}

/// Whole lines from one on, as many as are read at once; of a line that is longer than all that, its beginning.
fn part(content: &str, from_line: usize) -> &str {
    let start: usize = content.split_inclusive('\n').take(from_line - 1).map(str::len).sum();
    let rest = &content[start..];
    if rest.len() <= MOST_TEXT {
        return rest;
    }
    let most = &rest[..rest.floor_char_boundary(MOST_TEXT)];
    most.rfind('\n').map_or(most, |it| &most[..=it])
}

/// What is known of a runbook beside its text.
fn about(runbook: &Value) -> String {
    let mut told = format!(
        "{} {:?}, revision {}\n",
        text(&runbook["id"]),
        clean_line(text(&runbook["title"])),
        runbook["revision"]
    );
    let mut blocks = String::new();
    for it in list_of(&runbook["blocks"]).filter(|it| it["runnable"] == true) {
        let language = it["runtime"].as_str().or(it["language"].as_str()).unwrap_or("?");
        let (name, language, line) = (title(it), clean_line(language), &it["line"]);
        write!(blocks, "- block {name}, {language}, line {line}").expect(STRING);
        let needs: Vec<String> =
            list_of(&it["needs"]).filter_map(Value::as_str).map(clean_line).collect();
        if !needs.is_empty() {
            write!(blocks, ", needs {}", needs.join(", ")).expect(STRING);
        }
        blocks.push('\n');
    }
    if blocks.is_empty() {
        blocks.push_str("no block of it runs\n");
    }
    told.push_str(&mcp::cut(&blocks, MOST_BLOCKS));
    for it in list_of(&runbook["inputs"]) {
        let required = if it["required"] == true { ", required" } else { "" };
        let (name, kind) = (clean_line(text(&it["name"])), text(&it["kind"]));
        writeln!(told, "- input {name} ({kind}{required})").expect(STRING);
    }
    for it in list_of(&runbook["diagnostics"]).take(20) {
        let (severity, message) = (text(&it["severity"]), clean_line(text(&it["message"])));
        writeln!(told, "- {severity} in line {}: {message}", it["line"]).expect(STRING);
    }
    told
}

pub(super) async fn create(asking: &Asking, call: &CreateRunbook) -> Result<Answer, Refusal> {
    let body = json!({ "title": call.title, "content": call.content });
    let made = asking.post("/api/runbooks", &body).await?;
    Ok(Answer::text(&format!("made: {}", about(&made))))
}

pub(super) async fn edit(asking: &Asking, call: EditRunbook) -> Result<Answer, Refusal> {
    let body = json!({ "title": call.title, "content": call.content, "revision": call.revision });
    let saved = asking.put(&path(&call.runbook), &body).await?;
    Ok(Answer::text(&format!("saved: {}", about(&saved))))
}

pub(super) fn path(runbook: &str) -> String {
    format!("/api/runbooks/{}", encoded(runbook))
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(super) fn list_of(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// What is on a page of a list.
pub(super) fn items(page: &Value) -> impl Iterator<Item = &Value> {
    list_of(&page["items"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_read_line_by_line_and_nothing_is_left_out() {
        let content: String = (0..20_000).map(|it| format!("line {it}\n")).collect();
        let (mut read, mut from) = (String::new(), 1);
        while read.len() < content.len() {
            let part = part(&content, from);
            assert!(part.len() <= MOST_TEXT && part.ends_with('\n'));
            from += part.lines().count();
            read.push_str(part);
        }
        assert_eq!(read, content);
        assert_eq!(part("one\ntwo", 2), "two");
        assert_eq!(part("one", 7), "");
        assert_eq!(part(&"é".repeat(MOST_TEXT), 1).len(), MOST_TEXT);
    }
}
