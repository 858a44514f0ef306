//! OpenTofu modules: opened with a document of ours or another, and asked for their variables in suites.

use std::fs;

use serde_json::{Value, json};

use crate::{
    harness::{Place, outside},
    open::enter,
};

const VARIABLES: &str = "variable \"name\" {\n  type = string\n}\n\nvariable \"size\" {\n  type = number\n  default = 1\n}\n";

fn module() -> Place {
    let place = Place::new();
    fs::create_dir_all(place.path("modules/bucket")).unwrap();
    place.write("modules/bucket/main.tf", VARIABLES);
    place.write("modules/bucket/README.md", "# A bucket\n");
    place
}

/// The first component of a kind that the page shows.
fn shown(page: &Value, kind: &str) -> Value {
    let segments = page["segments"].as_array().unwrap();
    let found = segments.iter().find(|it| it["component"]["type"] == kind);
    found.unwrap_or_else(|| panic!("no {kind}: {page}"))["component"].clone()
}

#[test]
fn a_module_without_a_document_is_opened_with_one_of_ours() {
    let place = module();
    let arguments = ["serve", "modules/bucket", "--tf-runbook", "::tofu", "--output-path", "made"];
    let (_opened, client) = enter(&place, &arguments);
    let page = client.get("/api/local").expect(200).json();
    assert_eq!(page["trusted"], true, "it came with the program");
    let module = shown(&page, "tf_module");
    let source = fs::canonicalize(place.path("modules/bucket")).unwrap().display().to_string();
    assert_eq!(
        (&module["module"]["source"], &module["module"]["readmeTitle"]),
        (&json!(source), &json!("A bucket"))
    );
    let order = json!({ "componentId": "main", "inputs": { "module-vars": { "name": "x" } } });
    let made = client.post("/api/local/templates", &order).expect(200).json();
    assert_eq!(made["files"]["created"], json!(["bucket/main.tf"]));
    let written = fs::read_to_string(place.path("made/bucket/main.tf")).unwrap();
    assert_eq!(
        written,
        format!("module \"bucket\" {{\n  source = \"{source}\"\n  name = \"x\"\n}}\n")
    );
}

#[test]
fn every_document_of_ours_is_whole() {
    let place = module();
    for ours in ["::terragrunt", "::tofu", "::terragrunt-github"] {
        let (_opened, client) = enter(&place, &["serve", "modules/bucket", "--tf-runbook", ours]);
        let page = client.get("/api/local").expect(200).json();
        assert_eq!(page["problems"], json!([]), "{ours}");
        for segment in page["segments"].as_array().unwrap() {
            let problems = segment["component"].get("problems").cloned().unwrap_or(json!([]));
            assert_eq!(problems, json!([]), "{ours}: {segment}");
        }
    }
    let refused = place.runbook(&["serve", "modules/bucket", "--tf-runbook", "::none"]).expect(2);
    assert!(refused.error().contains("::terragrunt, ::tofu, ::terragrunt-github"), "{refused:?}");
}

#[test]
fn a_module_of_a_repository_is_opened_with_the_document_that_is_named_and_keeps_its_address() {
    let place = module();
    place.write("book.mdx", "<TfModule id=\"it\" source=\"::cli_runbook_source\" />\n");
    let script = "git init -q -b main . && git config user.email a@example.com && git config user.name a && \
        git add modules && git commit -qm one && git tag v1";
    let made = outside("sh").args(["-ec", script]).current_dir(place.path("")).status().unwrap();
    assert!(made.success());
    let address = format!("git::file://{}//modules/bucket?ref=v1", place.path("").display());
    let address = address.replace("///modules", "//modules");
    let (_opened, client) = enter(&place, &["serve", &address, "--tf-runbook", "book.mdx"]);
    let page = client.get("/api/local").expect(200).json();
    assert_eq!(page["trusted"], false);
    let module = shown(&page, "tf_module");
    assert_eq!(
        (&module["module"]["source"], &module["module"]["folderName"]),
        (&json!(address), &json!("bucket"))
    );
    let (_opened, client) = enter(&place, &["serve", "book.mdx"]);
    let page = client.get("/api/local").expect(200).json();
    let problem = shown(&page, "tf_module")["problems"][0]["message"].clone();
    assert!(problem.as_str().unwrap().contains("there was none"), "{problem}");
}

const SUITE_DOCUMENT: &str = "<TfModule id=\"vars\" source=\"modules/bucket\" />\n\n\
    <DirPicker id=\"target\" rootDir=\"modules\" />\n\n<TemplateInline id=\"main\" inputsId=\"vars\" generateFile={true} \
    outputPath=\"{{ .outputs.target.PATH }}/{{ .outputs.vars.MODULE_NAME }}.tf\">\n```hcl\n\
    {{ .inputs._module.hcl_inputs.name }} {{ .inputs.size }}\n```\n</TemplateInline>\n";

#[test]
fn a_suite_gives_the_values_of_a_module_and_the_directory_that_is_chosen() {
    let place = module();
    place.write("runbook.mdx", SUITE_DOCUMENT);
    let suite = |tests: &str| {
        let settings = "settings: {use_temp_working_dir: false, working_dir: .}";
        place.write("runbook_test.yml", format!("version: 1\n{settings}\ntests:\n{tests}"));
    };
    suite(
        "  - name: all\n    inputs: {vars.name: x, vars.size: 2, target.PATH: ./bucket}\n    steps:\n      \
         - {block: vars, outputs: {MODULE_NAME: bucket, SOURCE: modules/bucket}}\n      \
         - {block: target, outputs: {PATH: bucket}}\n      - {block: main}\n    assertions:\n      \
         - {type: file_equals, path: bucket/bucket.tf, value: \"\\\"x\\\" 2\\n\"}\n  \
         - name: nowhere\n    inputs: {target.PATH: ../..}\n    steps:\n      \
         - {block: target, expect: fail, error_contains: without ..}\n  \
         - name: no value\n    inputs: {target.PATH: bucket}\n    steps:\n      - {block: target}\n      \
         - {block: main, expect: blocked, error_contains: vars.name}\n",
    );
    place.runbook(&["test", "."]).expect(0);
    suite("  - name: nobody chooses\n    steps:\n      - {block: target}\n");
    let skipped = place.runbook(&["test", "-v", "."]);
    assert!(skipped.text().contains("nobody is there to choose"), "{}", skipped.text());
}
