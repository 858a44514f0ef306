//! The table of what templates become: `test_data/conformance/*.jsonl`, one row a line, over one `data.json`.
//!
//! Rows with `out` of `go.jsonl` and `sprig.jsonl` were made by Go 1.19 with sprig 3.2.3. `runbook.jsonl` holds
//! what is ours or boilerplate's. An error is `line:column: message`; `UPDATE_EXPECT=1` rewrites errors only.

#![expect(clippy::unwrap_used, reason = "a broken row should stop the test")]

use std::{collections::BTreeMap, fmt::Write as _, fs, path::Path};

use serde::{Deserialize, Serialize};
use template::{File, Files, Template, World};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Row {
    template: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    out: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

#[test]
fn templates_of_plain_go_become_what_go_makes_of_them() {
    check("go.jsonl", 140);
}

#[test]
fn functions_of_sprig_say_what_sprig_says() {
    check("sprig.jsonl", 60);
}

#[test]
fn what_boilerplate_and_runbooks_add_says_what_the_table_says() {
    check("runbook.jsonl", 60);
}

fn check(name: &str, least: usize) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/conformance");
    let data = serde_json::from_slice(&fs::read(folder.join("data.json")).unwrap()).unwrap();
    let table = fs::read_to_string(folder.join(name)).unwrap();
    let (files, environment) = surroundings();
    let world = World {
        now_ms: 1_700_000_000_000,
        files: &files,
        environment: &environment,
        template_folder: "templates/app",
        output_folder: "generated",
        ..World::default()
    };
    let mut rows: Vec<Row> = table.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let mut wrong = String::new();
    for row in &mut rows {
        let made = Template::parse("row", &row.template).and_then(|it| it.render(&data, &world));
        let (out, error) = match made {
            Ok(out) => (Some(out), None),
            Err(error) => (None, Some(error.to_string().trim_start_matches("row:").to_owned())),
        };
        if out != row.out || error != row.error {
            writeln!(wrong, "{}", row.template).unwrap();
            writeln!(wrong, "  wanted {:?}{:?}\n  got    {out:?}{error:?}", row.out, row.error)
                .unwrap();
            row.error = if row.out.is_none() { error } else { None };
        }
    }
    assert!(rows.len() >= least, "{name} has lost rows: {} of {least}", rows.len());
    #[expect(clippy::disallowed_methods, reason = "the usual switch of expectation tests")]
    if std::env::var("UPDATE_EXPECT").is_ok() {
        let lines = rows.iter().map(|it| serde_json::to_string(it).unwrap() + "\n");
        fs::write(folder.join(name), lines.collect::<String>()).unwrap();
    }
    assert!(wrong.is_empty(), "{name}\n{wrong}");
}

fn surroundings() -> (Files, BTreeMap<String, String>) {
    let file = |text: &str| File { bytes: text.as_bytes().to_vec(), mode: 0o644 };
    let files = [
        ("part.txt", "Hello {{ .who }}"),
        ("bad.txt", "line\n  {{ .nobody }}"),
        ("again.txt", "{{ include \"again.txt\" . }}"),
        (
            "docs/code.sh",
            "a\n# boilerplate-snippet: one\necho 1\necho 2\n# boilerplate-snippet: one\nb",
        ),
    ];
    let files = files.map(|(name, text)| (name.to_owned(), file(text)));
    let environment = [("REGION".to_owned(), "eu-1".to_owned())];
    (files.into(), environment.into())
}
