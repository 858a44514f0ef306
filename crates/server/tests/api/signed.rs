//! Signed documents, opened by somebody who trusts their signer.

use engine::local::{Mode, Signers, Trust};
use serde_json::{Value, json};

use crate::components::{Opened, executable};

const DOCUMENT: &str = include_str!("../../../engine/test_data/signed/plain.mdx");
const SIGNATURE: &str = include_str!("../../../engine/test_data/signed/plain.mdx.sig");
const SIGNERS: &str = include_str!("../../../engine/test_data/signed/trusted_signers");

async fn opened(document: &str, mode: Mode) -> Opened {
    let files = [("plain.mdx", document), ("plain.mdx.sig", SIGNATURE)];
    let signers = Signers::parse(SIGNERS).unwrap();
    Opened::with(&files, mode, Trust::Asked { remembered: None }, signers).await
}

#[tokio::test]
async fn a_signed_document_runs_unasked_and_a_changed_one_does_not() {
    let signed = opened(DOCUMENT, Mode::Open).await;
    let shown = signed.show().await;
    let good = json!({ "verdict": "good", "by": "ada@example.com" });
    assert_eq!((&shown["signature"], &shown["trusted"]), (&good, &json!(true)));
    let started = signed.start(executable(&shown, "greet"), &json!({})).await;
    assert_eq!(signed.output(started).await, "hello\n");
    signed.write("plain.mdx", &DOCUMENT.replace("hello", "evil"));
    let drifted = signed.show().await;
    let approve = json!({ "hash": drifted["drift"]["hash"] });
    let approved = signed.ask("POST", "/api/local/approve", &approve).await.expect(200).json();
    assert_eq!(approved["signature"]["verdict"], "bad", "what runs now is not what was signed");
    let changed = opened(&DOCUMENT.replace("hello", "evil"), Mode::Open).await;
    let shown = changed.show().await;
    assert_eq!((&shown["signature"]["verdict"], &shown["trusted"]), (&json!("bad"), &json!(false)));
    let refused = changed.start(executable(&shown, "greet"), &json!({})).await;
    refused.problem(403, "untrusted");
}

#[tokio::test]
async fn what_the_disk_will_hold_is_signed_by_nobody() {
    let shown = opened(DOCUMENT, Mode::Watch).await.show().await;
    assert_eq!((&shown["signature"], &shown["trusted"]), (&Value::Null, &json!(false)));
}
