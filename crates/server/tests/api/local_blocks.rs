//! Blocks of a local document that are no scripts: what they read of this machine, and how little that is.

use std::{fs, os::unix::fs::symlink};

use engine::local::{Mode, Trust};
use serde_json::{Value, json};

use crate::components::{Opened, component};

const PICKER: &str = "<Inputs id=\"where\">\n```yaml\nvariables:\n  - name: Root\n    default: live\n```\n</Inputs>\n\n\
    <DirPicker id=\"target-path\" rootDir=\"{{ .inputs.Root }}\" inputsId=\"where\" dirLabels={[\"Account\", \"Region\"]} />\n\n\
    <DirPicker id=\"of-clone\" gitCloneId=\"repo\" />\n\n<GitClone id=\"repo\" />\n\n<DirPicker id=\"nowhere\" />\n\n\
    <Command id=\"after\" command=\"echo to {{ .outputs.target_path.PATH }}\" />\n";

async fn picker(trust: Trust) -> Opened {
    let opened = Opened::of(PICKER, Mode::Open, trust).await;
    let work = opened.work();
    for name in ["live/dev/eu", "live/dev/us", "live/.git", "secret/inner"] {
        fs::create_dir_all(work.join(name)).unwrap();
    }
    symlink("../secret", work.join("live/escape")).unwrap();
    opened
}

const LIST: &str = "/api/local/directories";
const CHOOSE: &str = "/api/local/directories/chosen";

#[tokio::test]
async fn a_chosen_directory_is_an_output_that_later_blocks_wait_for() {
    let opened = picker(Trust::Given).await;
    let list = |under: &str| json!({ "componentId": "target-path", "under": under });
    let found = opened.ask("POST", LIST, &list("")).await.expect(200).json();
    assert_eq!(found, json!({ "directories": ["dev"], "truncated": false }));
    let found = opened.ask("POST", LIST, &list("dev")).await.expect(200).json();
    assert_eq!(found["directories"], json!(["eu", "us"]));
    let shown = opened.show().await;
    let after = component(&shown, "after")["executable"]["id"].clone();
    opened.start(&after, &json!({})).await.problem(409, "blocked");
    let choice = json!({ "componentId": "target_path", "path": "./dev/eu/" });
    let chosen = opened.ask("POST", CHOOSE, &choice).await.expect(200).json();
    assert_eq!(chosen, json!({ "path": "dev/eu" }));
    assert_eq!(opened.show().await["outputs"]["target-path"], json!({ "PATH": "dev/eu" }));
    let started = opened.start(&after, &json!({})).await;
    assert_eq!(opened.output(started).await, "to dev/eu\n");
}

#[tokio::test]
async fn a_request_names_no_directory_beyond_the_root_of_a_picker() {
    let opened = picker(Trust::Given).await;
    let secret = opened.work().join("secret");
    let outside = [
        "..",
        "../secret",
        "escape",
        "escape/inner",
        "dev/../../secret",
        secret.to_str().unwrap(),
        "\u{0}",
    ];
    for path in outside {
        let list =
            json!({ "componentId": "target-path", "under": path, "root": "/", "rootDir": "/" });
        let answer = opened.ask("POST", LIST, &list).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{path}: {}", answer.text);
        let choice = json!({ "componentId": "target-path", "path": path });
        let answer = opened.ask("POST", CHOOSE, &choice).await;
        assert!(matches!(answer.status.as_u16(), 400 | 404), "{path}: {}", answer.text);
    }
    let other = json!({ "componentId": "after", "path": "dev" });
    opened.ask("POST", CHOOSE, &other).await.problem(404, "not_found");
    assert_eq!(opened.show().await["outputs"], json!({}));
}

#[tokio::test]
async fn a_picker_without_a_root_says_what_it_waits_for() {
    let opened = picker(Trust::Given).await;
    let ask = |id: &str, inputs: Value| json!({ "componentId": id, "inputs": inputs });
    let waits = opened.ask("POST", LIST, &ask("of-clone", json!({}))).await;
    assert_eq!(waits.problem(409, "blocked").json()["missing"], json!(["outputs.repo.clone_path"]));
    let gone = json!({ "where": { "Root": "gone" } });
    let gone = opened.ask("POST", LIST, &ask("target-path", gone)).await;
    let gone = gone.problem(409, "block_not_runnable").json();
    assert!(gone["detail"].as_str().unwrap().contains("check the rootDir"), "{gone}");
    opened.ask("POST", LIST, &ask("nowhere", json!({}))).await.problem(409, "block_not_runnable");
    let shown = opened.show().await;
    assert_eq!(component(&shown, "nowhere")["problems"][0]["code"], "no-root");
}

#[tokio::test]
async fn no_directory_is_looked_at_before_the_reader_trusts_the_document() {
    let opened = picker(Trust::Asked { remembered: None }).await;
    for (path, body) in [(LIST, json!({ "under": "" })), (CHOOSE, json!({ "path": "dev" }))] {
        let mut body = body;
        body["componentId"] = "target-path".into();
        opened.ask("POST", path, &body).await.problem(403, "untrusted");
    }
}

const MODULE: &str = "<TfModule id=\"module-vars\" source=\"modules/bucket\" />\n\n\
    <TemplateInline id=\"main\" inputsId=\"module-vars\" generateFile={true} \
    outputPath=\"{{ .outputs.module_vars.MODULE_NAME }}/main.tf\">\n```hcl\nsource = \"{{ .inputs._module.source }}\"\n\
    {{- range $name, $hcl := .inputs._module.hcl_inputs_non_default }}\n{{ $name }} = {{ $hcl }}\n{{- end }}\n```\n\
    </TemplateInline>\n\n<TfModule id=\"far\" source=\"github.com/o/r//m?ref=v1\" />\n";

const VARIABLES: &str = "variable \"name\" {\n  type = string\n  description = \"Name of it\"\n}\n\n\
    variable \"key\" {\n  type = string\n  default = \"hidden-default\"\n  sensitive = true\n}\n\n\
    variable \"size\" {\n  type = number\n  default = 1\n}\n";

async fn module() -> Opened {
    let opened = Opened::of(MODULE, Mode::Watch, Trust::Given).await;
    fs::create_dir_all(opened.work().join("modules/bucket")).unwrap();
    opened.write("modules/bucket/variables.tf", VARIABLES);
    opened
}

#[tokio::test]
async fn the_variables_of_a_module_are_asked_for_and_fill_templates() {
    let opened = module().await;
    let shown = opened.show().await;
    let vars = component(&shown, "module-vars");
    assert_eq!(vars["module"]["folderName"], "bucket");
    let name = &vars["form"]["variables"][0];
    assert_eq!(
        (&name["name"], &name["required"], &name["description"]),
        (&json!("name"), &json!(true), &json!("Name of it"))
    );
    assert!(!shown.to_string().contains("hidden-default"), "{shown}");
    assert_eq!(
        shown["outputs"]["module-vars"],
        json!({ "MODULE_NAME": "bucket", "SOURCE": "modules/bucket" })
    );
    let order =
        |inputs: Value| json!({ "componentId": "main", "inputs": { "module-vars": inputs } });
    let refused = opened.ask("POST", "/api/local/templates", &order(json!({}))).await;
    assert_eq!(refused.problem(422, "inputs_invalid").json()["fields"][0]["name"], "name");
    let order = order(json!({ "name": "${x}", "size": "2" }));
    let made = opened.ask("POST", "/api/local/templates", &order).await.expect(200).json();
    assert_eq!(made["files"]["created"], json!(["bucket/main.tf"]));
    let written = fs::read_to_string(opened.work().join("generated/bucket/main.tf")).unwrap();
    assert_eq!(written, "source = \"modules/bucket\"\nname = \"$${x}\"\nsize = 2\n");
}

#[tokio::test]
async fn a_module_that_is_not_on_this_machine_is_named_and_nobody_is_asked_for_it() {
    let opened = module().await;
    let shown = opened.show().await;
    let far = component(&shown, "far");
    assert_eq!((&far["problems"][0]["code"], &far["form"]), (&json!("no-module"), &Value::Null));
}
