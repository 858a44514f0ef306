//! Fences between the components of a local document: those that are marked run as a `Command` does.

use engine::local::{Mode, Trust};
use serde_json::{Value, json};

use crate::components::{Opened, executable};

const DOCUMENT: &str = "<Inputs id=\"who\">\n```yaml\nvariables:\n  - name: Name\n```\n</Inputs>\n\n\
    ```bash {run id=greet inputsId=who}\necho \"url=to-{{ .inputs.Name }}\" >> $RUNBOOK_OUTPUT\n```\n\n\
    ```bash\necho \"for reading\"\n```\n\n<Command id=\"after\" command=\"echo {{ .outputs.greet.url }}\" />\n";

#[tokio::test]
async fn a_marked_fence_runs_with_values_and_gives_outputs_and_others_are_text() {
    let opened = Opened::of(DOCUMENT, Mode::Open, Trust::Given).await;
    let shown = opened.show().await;
    let greet = executable(&shown, "greet");
    let segments = shown["segments"].as_array().unwrap();
    let kinds: Vec<_> = segments.iter().map(|it| &it["component"]["type"]).collect();
    assert_eq!(kinds, [&json!("inputs"), &json!("command"), &Value::Null, &json!("command")]);
    assert!(segments[2]["markdown"].as_str().unwrap().contains("for reading"), "{shown}");
    let waits = opened.start(executable(&shown, "after"), &json!({})).await;
    assert_eq!(waits.problem(409, "blocked").json()["missing"], json!(["outputs.greet.url"]));
    let started = opened.start(greet, &json!({ "who": { "Name": "Ada" } })).await;
    assert_eq!(opened.output(started).await, "");
    let started = opened.start(executable(&shown, "after"), &json!({})).await;
    assert_eq!(opened.output(started).await, "to-Ada\n");
}

#[tokio::test]
async fn a_fence_runs_as_it_was_opened_and_only_for_who_trusts_it() {
    let opened = Opened::of(DOCUMENT, Mode::Open, Trust::Asked { remembered: None }).await;
    let shown = opened.show().await;
    opened.start(executable(&shown, "greet"), &json!({})).await.problem(403, "untrusted");
    opened.write("runbook.mdx", &DOCUMENT.replace("to-", "evil-"));
    let drifted = opened.show().await;
    assert_eq!(drifted["drift"]["items"][0]["componentId"], "greet", "{drifted}");
}
