//! Modules on the disk: what is read of them, and what is not.

use std::{fs, os::unix::fs::symlink};

use serde_json::{Value as Json, json};
use template::{Kind, World};

use super::{place::OpenedModule, place::locate, *};
use crate::local::{Folder, Values};

const VARIABLES: &str = "variable \"name\" {\n  type = string\n}\n\nvariable \"size\" {\n  type = number\n  default = 128\n}\n\n\
    variable \"reserved\" {\n  type = number\n  default = null\n}\n\n# @runbooks:group \"Network\"\n\
    variable \"cidrs\" {\n  type = list(string)\n  default = [\"{{ .inputs.name }}\"]\n}\n";

struct Place(tempfile::TempDir);

impl Place {
    fn new(files: &[(&str, &str)]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            let path = place.0.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        place
    }

    fn folder(&self) -> Folder {
        Folder::of(&self.0.path().join("book/runbook.mdx")).unwrap()
    }

    fn read(&self, source: &str) -> Result<Arc<TfModule>, NoModule> {
        let (source, directory) = locate(source, &self.folder())?;
        TfModule::read(&source, &directory, None)
    }
}

fn values(module: &TfModule, given: Json) -> Result<Values, Vec<template::ValueProblem>> {
    module.values(given.as_object().unwrap(), &Values::new(), &World::default())
}

#[test]
fn a_module_asks_for_its_variables_and_says_what_it_is() {
    let readme = "\n# The bucket\n\n# Another\n";
    let place = Place::new(&[
        ("book/m/variables.tf", VARIABLES),
        (
            "book/m/main.tf",
            "resource \"b\" \"b\" {}\nresource \"a\" \"a\" {}\noutput \"id\" { value = 1 }\n",
        ),
        ("book/m/README.md", readme),
    ]);
    let module = place.read("m").unwrap();
    let form: Vec<_> = module
        .form
        .variables
        .iter()
        .map(|it| (it.name.as_str(), it.kind, it.is_required()))
        .collect();
    let wanted = [
        ("name", Kind::String, true),
        ("size", Kind::Float, false),
        ("reserved", Kind::Float, false),
        ("cidrs", Kind::List, false),
    ];
    assert_eq!(form, wanted);
    let sections: Vec<_> =
        module.form.sections().into_iter().map(|it| (it.name, it.variables.len())).collect();
    assert_eq!(sections, [(String::new(), 3), ("Network".to_owned(), 1)]);
    assert_eq!(
        (module.readme_title.as_str(), &module.resource_names[..]),
        ("The bucket", &["a.a".to_owned(), "b.b".to_owned()][..])
    );
    let outputs = module.outputs();
    assert_eq!((outputs["MODULE_NAME"].as_str(), outputs["SOURCE"].as_str()), ("m", "m"));
}

#[test]
fn templates_find_values_as_they_are_and_as_hcl() {
    let place = Place::new(&[("book/m/variables.tf", VARIABLES)]);
    let module = place.read("./m").unwrap();
    let problems = values(&module, json!({})).unwrap_err();
    assert_eq!(problems.iter().map(|it| it.variable.as_str()).collect::<Vec<_>>(), ["name"]);
    let found = values(&module, json!({ "name": "a${x}", "size": "256", "reserved": "" })).unwrap();
    assert_eq!(found["cidrs"], json!(["{{ .inputs.name }}"]), "a default is no template");
    let module = &found["_module"];
    assert_eq!(
        module["inputs"],
        json!({ "name": "a${x}", "size": 256, "reserved": null, "cidrs": ["{{ .inputs.name }}"] })
    );
    let hcl = json!({ "name": "\"a$${x}\"", "size": "256", "reserved": "null", "cidrs": "[\"{{ .inputs.name }}\"]" });
    assert_eq!(module["hcl_inputs"], hcl);
    assert_eq!(module["hcl_inputs_non_default"], json!({ "name": "\"a$${x}\"", "size": "256" }));
    assert_eq!((&module["source"], &module["folder_name"]), (&json!("./m"), &json!("m")));
}

#[test]
fn an_object_is_asked_for_by_its_fields() {
    let text =
        "variable \"it\" {\n  type = object({ mail = string, port = optional(number) })\n}\n";
    let place = Place::new(&[("book/m/a.tf", text)]);
    let module = place.read("m").unwrap();
    let variable = &module.form.variables[0];
    assert_eq!(variable.default, Some(json!({ "mail": "", "port": "" })));
    assert!(variable.description.contains("port = optional(number)"), "{}", variable.description);
    assert_eq!(values(&module, json!({})).unwrap_err()[0].message, "needs a value");
    let found = values(&module, json!({ "it": { "mail": "a", "port": "x" } })).unwrap_err();
    assert_eq!(found[0].message, "`port` must be number");
    let found = values(&module, json!({ "it": { "mail": "a", "port": "" } })).unwrap();
    assert_eq!(found["it"], json!({ "mail": "a" }));
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_is_there() {
    let place = Place::new(&[
        ("book/m/a.tf", "variable \"a\" {\n"),
        ("book/m/b.tf", "variable \"b\" {}\n"),
    ]);
    let module = place.read("m").unwrap();
    assert_eq!(module.form.variables.len(), 1);
    assert!(module.remarks[0].starts_with("a.tf:"), "{:?}", module.remarks);
}

#[test]
fn a_module_lies_beside_the_document_or_in_its_repository() {
    let place = Place::new(&[
        ("book/runbook.mdx", ""),
        ("book/.git/HEAD", ""),
        ("modules/m/a.tf", VARIABLES),
        ("book/empty/x", ""),
    ]);
    let absolute = place.0.path().join("modules/m");
    for outside in ["../modules/m", absolute.to_str().unwrap()] {
        assert_eq!(place.read(outside), Err(NoModule::Outside { at: outside.to_owned() }));
    }
    symlink("../modules", place.0.path().join("book/link")).unwrap();
    assert_eq!(place.read("link/m"), Err(NoModule::Outside { at: "link/m".to_owned() }));
    fs::rename(place.0.path().join("book/.git"), place.0.path().join(".git")).unwrap();
    assert_eq!(place.read("../modules/m").unwrap().folder_name, "m");
    for (source, wanted) in [
        ("gone", "there is no module directory gone"),
        ("runbook.mdx", "there is no module directory"),
        ("empty", "has no .tf files"),
        ("github.com/o/r//m?ref=v1", "is an address"),
        ("git::https://example.com/m.git", "is an address"),
        (OPENED, "there was none"),
    ] {
        let error = place.read(source).unwrap_err().to_string();
        assert!(error.contains(wanted), "{source}: {error}");
    }
}

#[test]
fn the_module_that_was_opened_may_lie_anywhere() {
    let place = Place::new(&[("book/runbook.mdx", ""), ("elsewhere/m/a.tf", VARIABLES)]);
    let directory = place.0.path().join("elsewhere/m");
    let opened = OpenedModule { source: "github.com/o/r//m".to_owned(), directory };
    let (source, directory) = locate(OPENED, &place.folder().opened_for(Some(opened))).unwrap();
    let module = TfModule::read(&source, &directory, None).unwrap();
    assert_eq!((module.source.as_str(), module.folder_name.as_str()), ("github.com/o/r//m", "m"));
}

#[test]
fn links_of_a_module_lead_nowhere_else() {
    let place = Place::new(&[
        ("book/m/a.tf", VARIABLES),
        ("secret.tf", "variable \"secret\" {}\n"),
        ("README.md", "# Secret\n"),
    ]);
    for (target, link) in
        [("../../secret.tf", "b.tf"), ("../../README.md", "README.md"), ("/dev/zero", "c.tf")]
    {
        symlink(target, place.0.path().join("book/m").join(link)).unwrap();
    }
    let module = place.read("m").unwrap();
    assert_eq!((module.form.variables.len(), module.readme_title.as_str()), (4, ""));
    let long = format!("# {}", "x".repeat(files::MOST_BYTES));
    fs::write(place.0.path().join("book/m/d.tf"), long).unwrap();
    assert_eq!(place.read("m"), Err(NoModule::TooMuch { at: "m".to_owned() }));
}
