//! What is kept of what was said.

use gateway::{Pass, Record, Recording};

use crate::{
    provider::{MESSAGE, Provider, Reply, say, stream},
    session::{KEY, Session, Setup, TOKEN, asking, message},
};

const SECRET: &str = "line one\nline \"two\"";

async fn recorded(reply: Reply, body: String) -> Record {
    let provider = Provider::saying(reply).await;
    let mut setup = Setup::of(&provider);
    setup.pass = Box::new(|it: Pass| it.with_recording(Recording::On).hiding([SECRET]));
    setup.config.limits.record = 200;
    let mut session = setup.begin();
    assert_eq!(session.ask(asking(body)).await.status, 200);
    session.metered().await.record.unwrap()
}

fn said(text: &str) -> String {
    let first = r#"{"role":"user","content":"first"}"#;
    let last = serde_json::json!({"role": "user", "content": text});
    format!(r#"{{"model":"claude-opus-5","messages":[{first},{last}]}}"#)
}

#[tokio::test]
async fn nothing_is_kept_unless_it_is_asked_for() {
    let provider = Provider::saying(stream()).await;
    let mut session = Session::with(&provider);
    session.ask(message("claude-opus-5")).await;
    assert_eq!(session.metered().await.record, None);
}

#[tokio::test]
async fn a_record_has_the_last_message_and_the_answer() {
    for reply in [stream(), Reply::json(200, MESSAGE)] {
        let record = recorded(reply, said("hello")).await;
        let request = r#"{"content":"hello","role":"user"}"#.to_owned();
        assert_eq!(record, Record { request, reply: "Hello there".to_owned() });
    }
}

#[tokio::test]
async fn uses_of_tools_are_recorded() {
    let events = [
        r#"{"type":"content_block_start","content_block":{"type":"tool_use","name":"Bash","input":{}}}"#,
        r#"{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{\"command\":"}}"#,
        r#"{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"\"ls\"}"}}"#,
    ];
    let steps = events.map(|it| say(&format!("data: {it}\n\n"))).to_vec();
    let streamed = recorded(Reply::events(steps), said("x")).await;
    assert_eq!(streamed.reply, "\nBash {\"command\":\"ls\"}");
    let whole =
        r#"{"content":[{"type":"tool_use","name":"Bash","input":{"command":"ls"}}],"usage":{}}"#;
    assert_eq!(recorded(Reply::json(200, whole), said("x")).await.reply, streamed.reply);
}

#[tokio::test]
async fn secrets_are_hidden_however_the_answer_is_cut() {
    let text = |it: &str| {
        let delta = serde_json::json!({"type": "content_block_delta", "delta": {"text": it}});
        say(&format!("data: {delta}\n\n"))
    };
    let (begin, end) = SECRET.split_at(7);
    let reply = Reply::events(vec![text("a "), text(begin), text(end), text(KEY), text(" z")]);
    let record = recorded(reply, said(&format!("{SECRET} and {TOKEN}"))).await;
    assert_eq!(record.request, r#"{"content":"*** and ***","role":"user"}"#);
    assert_eq!(record.reply, "a ****** z");
}

#[tokio::test]
async fn records_are_bounded_and_show_no_part_of_a_secret_at_the_cut() {
    let long = "x".repeat(300);
    let record = recorded(stream(), said(&long)).await;
    assert_eq!(record.request.len(), 200 + '…'.len_utf8());
    let begun =
        serde_json::json!({"type": "content_block_delta", "delta": {"text": &SECRET[..12]}});
    let reply = Reply::events(vec![say(&format!("data: {begun}\n\n"))]);
    assert_eq!(recorded(reply, said("x")).await.reply, "***");
}
