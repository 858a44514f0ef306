use std::{fs, os::unix::fs::symlink};

use document::{Document, Syntax, parse_as};
use serde_json::json;

use super::*;

const DOCUMENT: &str = "<Template id=\"site\" path=\"templates/site\" />\n\n\
    <TemplateInline id=\"shown\" outputPath=\"shown.txt\">\n```text\n{{ .inputs.Name }}\n```\n</TemplateInline>\n\n\
    <TemplateInline id=\"written\" generateFile={true} outputPath=\"out/{{ .Name }}.txt\">\n\
    ```text\nHello {{ .Name }}, {{ .outputs.made_it.url }}\n```\n</TemplateInline>\n\n\
    <TemplateInline id=\"repo\" generateFile={true} target=\"worktree\" outputPath=\"a.txt\">\n\
    ```text\nx\n```\n</TemplateInline>\n\n\
    <Template id=\"gone\" path=\"templates/none\" />\n\n<Template id=\"out\" path=\"../outside\" />\n\n\
    <Template id=\"waits\" path=\"templates/waits\" />\n";

struct Stage {
    document: Document,
    templates: Templates,
    directory: tempfile::TempDir,
}

impl Stage {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("runbook");
        for (name, text) in [
            (
                "runbook/templates/site/boilerplate.yml",
                "variables:\n  - name: Name\n  - name: Extra\n    type: bool\n    default: false\n\
                 skip_files:\n  - path: extra.txt\n    if: '{{ not .Extra }}'\n\
                 dependencies:\n  - name: shared\n    template-url: ../shared\n    output-folder: lib\n",
            ),
            ("runbook/templates/site/{{ .Name }}/index.html", "<h1>{{ .Name }}</h1>"),
            ("runbook/templates/site/extra.txt", "extra"),
            ("runbook/templates/site/same.txt", "same"),
            ("runbook/templates/shared/boilerplate.yml", "variables:\n  - name: Name\n"),
            ("runbook/templates/shared/lib.txt", "for {{ .Name }}"),
            ("runbook/templates/waits/a.txt", "{{ .outputs.make-it.url }}"),
            ("outside/a.txt", "no"),
        ] {
            let path = directory.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let folder = Folder::of(&root.join("runbook.mdx")).unwrap();
        let templates = Templates::new(folder, directory.path().join("generated"));
        Self { document: parse_as(DOCUMENT, Syntax::Mdx), templates, directory }
    }

    fn render(&self, id: &str, values: &Value) -> Result<Rendered, TemplatesError> {
        let component = self.document.components.iter().find(|it| it.id == id).unwrap();
        let outputs = json!({ "made-it": { "url": "u" } });
        let map = |it: &Value| it.as_object().cloned().unwrap();
        self.templates.render(component, &map(values), &map(&outputs), None)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join("generated").join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn error(&self, id: &str, values: &Value) -> String {
        self.render(id, values).unwrap_err().to_string()
    }
}

fn paths(names: &[&str]) -> Vec<String> {
    names.iter().map(|it| (*it).to_owned()).collect()
}

#[test]
fn only_what_differs_is_written_and_what_is_made_no_more_is_deleted() {
    let stage = Stage::new();
    let ada = stage.render("site", &json!({ "Name": "ada", "Extra": true })).unwrap();
    let wanted = paths(&["ada/index.html", "extra.txt", "lib/lib.txt", "same.txt"]);
    assert_eq!(ada, Rendered { created: wanted, ..Rendered::default() });
    assert_eq!(stage.read("lib/lib.txt"), "for ada");
    let bob = stage.render("site", &json!({ "Name": "bob" })).unwrap();
    let wanted = Rendered {
        created: paths(&["bob/index.html"]),
        changed: paths(&["lib/lib.txt"]),
        deleted: paths(&["ada/index.html", "extra.txt"]),
        unchanged: 1,
        kept: Vec::new(),
    };
    assert_eq!(bob, wanted);
    assert!(!stage.path("ada").exists(), "the directory is empty now");
    let again = stage.render("site", &json!({ "Name": "bob" })).unwrap();
    assert_eq!(again, Rendered { unchanged: 3, ..Rendered::default() });
}

#[test]
fn a_file_that_somebody_edited_is_left_as_it_is_and_told() {
    let stage = Stage::new();
    stage.render("site", &json!({ "Name": "ada", "Extra": true })).unwrap();
    fs::write(stage.path("lib/lib.txt"), "mine").unwrap();
    fs::write(stage.path("extra.txt"), "mine too").unwrap();
    let rendered = stage.render("site", &json!({ "Name": "bob" })).unwrap();
    assert_eq!(rendered.kept, ["lib/lib.txt", "extra.txt"]);
    assert_eq!(
        (stage.read("lib/lib.txt"), stage.read("extra.txt")),
        ("mine".into(), "mine too".into())
    );
    fs::remove_file(stage.path("lib/lib.txt")).unwrap();
    let rendered = stage.render("site", &json!({ "Name": "bob" })).unwrap();
    assert_eq!((rendered.created, rendered.kept), (paths(&["lib/lib.txt"]), Vec::new()));
}

#[test]
fn an_inline_template_is_shown_and_writes_only_if_it_says_so() {
    let stage = Stage::new();
    let values = json!({ "Name": "ada" });
    assert_eq!(stage.render("shown", &values).unwrap(), Rendered::default());
    assert!(!stage.path("").exists());
    let written = stage.render("written", &values).unwrap();
    assert_eq!(written.created, ["out/ada.txt"]);
    assert_eq!(stage.read("out/ada.txt"), "Hello ada, u\n");
}

#[test]
fn nothing_is_written_out_of_the_output() {
    let stage = Stage::new();
    for name in ["../evil", "a/../../evil", "/evil", "a//b"] {
        assert!(stage.render("written", &json!({ "Name": name })).is_err(), "{name}");
        assert!(stage.render("site", &json!({ "Name": format!("../{name}") })).is_err(), "{name}");
    }
    let elsewhere = stage.directory.path().join("elsewhere");
    fs::create_dir_all(stage.path("")).unwrap();
    fs::create_dir(&elsewhere).unwrap();
    symlink(&elsewhere, stage.path("out")).unwrap();
    symlink(elsewhere.join("new"), stage.path("same.txt")).unwrap();
    let error = stage.error("written", &json!({ "Name": "ada" }));
    assert!(error.contains("out is a link"), "{error}");
    let error = stage.error("site", &json!({ "Name": "ada" }));
    assert!(error.contains("same.txt is a link"), "{error}");
    assert_eq!(fs::read_dir(&elsewhere).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_rendered_says_why() {
    let stage = Stage::new();
    for (id, values, wanted, is_about_values) in [
        ("gone", json!({}), "template directory not found: templates/none", false),
        ("out", json!({}), "leads out of the document's directory", false),
        ("repo", json!({}), "for a working tree", false),
        ("waits", json!({}), "waits for make-it.url", true),
        ("shown", json!({}), "shown:1:", true),
        ("site", json!({ "Name": "a", "Extra": "perhaps" }), "`Extra` must be true or false", true),
    ] {
        let error = stage.render(id, &values).unwrap_err();
        assert!(error.to_string().contains(wanted), "{id}: {error}");
        assert_eq!(error.is_about_values(), is_about_values, "{id}");
    }
}
