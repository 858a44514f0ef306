//! Sensitive inputs of a local document: used by its scripts, and shown by nothing.

use engine::local::{Mode, Trust};
use serde_json::{Value, json};

use crate::components::{Opened, executable};

const DOCUMENT: &str = "<Inputs id=\"login\">\n```yaml\nvariables:\n  - name: Password\n    sensitive: true\n  \
    - name: Pin\n    type: int\n    sensitive: true\n  - name: User\n```\n</Inputs>\n\n<Command id=\"use\" \
    inputsId=\"login\" command='echo {{ .inputs.User }} {{ .inputs.Password }} {{ .inputs.Pin }}; \
    printf \"%s\" \"{{ .inputs.Password }}\" | base64; echo \"{{ .inputs.Password }}\" > kept.txt; \
    echo \"url=https://{{ .inputs.Password }}@host\" >> $RUNBOOK_OUTPUT; \
    echo \"{{ .inputs.Password }}\" > $GENERATED_FILES/left.txt' />\n\n<Command id=\"later\" \
    command=\"cat kept.txt; echo {{ .outputs.use.url }}\" />\n\n<TemplateInline id=\"note\" inputsId=\"login\" \
    generateFile={true} outputPath=\"note.txt\">\n```txt\nfor {{ .inputs.Password }}\n```\n</TemplateInline>\n";

async fn opened() -> Opened {
    Opened::of(DOCUMENT, Mode::Open, Trust::Given).await
}

fn inputs(password: &str) -> Value {
    json!({ "login": { "Password": password, "Pin": 482_916, "User": "ada" } })
}

#[tokio::test]
async fn what_was_typed_into_a_sensitive_input_is_used_and_never_shown() {
    let opened = opened().await;
    let shown = opened.show().await;
    let typed = inputs("correct-horse");
    let started = opened.start(executable(&shown, "use"), &typed).await;
    let output = opened.output(started).await;
    assert_eq!(output, "ada *** ***\n***==\n", "as it is, as a number, and in base64");
    let later = opened.start(executable(&shown, "later"), &json!({})).await;
    let later = later.expect(201);
    let path = format!("/api/executions/{}", later.json()["id"].as_str().unwrap());
    assert_eq!(
        opened.output(later).await,
        "***\nhttps://***@host\n",
        "a script that took it from a file"
    );
    let of = |component: &str| json!({ "componentId": component, "inputs": typed });
    opened.ask("POST", "/api/local/templates", &of("note")).await.expect(200);
    let upstream = json!({
        "executable_id": executable(&shown, "use"),
        "template_var_values": { "inputs": typed["login"] }
    });
    for (method, path, body) in [
        ("GET", "/api/local", &Value::Null),
        ("GET", path.as_str(), &Value::Null),
        ("POST", "/api/local/preview", &of("use")),
        ("POST", "/api/local/preview", &of("later")),
        ("POST", "/api/local/preview", &of("note")),
        ("POST", "/api/local/dry-run", &json!({ "inputs": typed })),
        ("GET", "/api/local/files/content?path=note.txt", &Value::Null),
        ("GET", "/api/local/files/content?path=left.txt", &Value::Null),
        ("POST", "/api/exec", &upstream),
    ] {
        let answer = opened.ask(method, path, body).await.expect(200).text;
        assert!(
            !answer.contains("correct-horse") && !answer.contains("482916"),
            "{path}: {answer}"
        );
        assert!(answer.contains("***") || path.starts_with("/api/executions"), "{path}: {answer}");
    }
    let on_disk = opened.read("generated/note.txt");
    assert_eq!(on_disk, "for correct-horse\n", "files have it: they are what it was typed for");
}

#[tokio::test]
async fn a_template_that_follows_what_is_typed_hides_only_the_last_of_it() {
    let opened = opened().await;
    for typed in ["hors", "horse", "correct-horse"] {
        let order = json!({ "componentId": "note", "inputs": inputs(typed) });
        opened.ask("POST", "/api/local/templates", &order).await.expect(200);
    }
    opened.write("generated/other.txt", "a horse, a correct-horse\n");
    let path = "/api/local/files/content?path=other.txt";
    let shown = opened.ask("GET", path, &Value::Null).await.expect(200).json();
    assert_eq!(shown["text"], "a horse, a ***\n");
}
