//! Shapes of version 1 of the protocol, as its schema has them.

use std::collections::BTreeMap;

use super::*;
use crate::{
    harness::{Gateway, Token},
    policy::Rule,
};

fn assignment(phase: Phase, session: SessionStart) -> Assignment {
    let server = json!({ "type": "stdio", "command": "db", "args": ["-v"], "env": { "P": "pw" } });
    let remote = json!({ "type": "http", "url": "https://x", "headers": { "A": "b" } });
    Assignment {
        phase,
        session,
        home: "/home/agent".to_owned(),
        gateway: Gateway { url: String::new(), token: Token(String::new()) },
        persona: String::new(),
        servers: BTreeMap::from([("db".to_owned(), server), ("remote".to_owned(), remote)]),
        model: None,
        max_turns: None,
    }
}

fn told(conversation: &mut AcpConversation, message: &Value) -> Vec<HarnessEvent> {
    conversation.receive(format!("{message}\n").as_bytes())
}

fn written(conversation: &mut AcpConversation) -> Vec<Value> {
    let bytes = conversation.outbox();
    let lines = bytes.split(|it| *it == b'\n').filter(|it| !it.is_empty());
    lines.map(|it| serde_json::from_slice(it).unwrap()).collect()
}

fn result(id: u64, result: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

fn update(update: &Value) -> Value {
    let parameters = json!({ "sessionId": "s1", "update": update });
    json!({ "jsonrpc": "2.0", "method": "session/update", "params": parameters })
}

fn permission(id: &Value, tool: &Value) -> Value {
    let options = json!([
        { "optionId": "yes", "name": "Allow", "kind": "allow_once" },
        { "optionId": "always", "name": "Always", "kind": "allow_always" },
        { "optionId": "no", "name": "Reject", "kind": "reject_once" },
    ]);
    let parameters = json!({ "sessionId": "s1", "toolCall": tool, "options": options });
    json!({ "jsonrpc": "2.0", "id": id, "method": "session/request_permission", "params": parameters })
}

/// A conversation whose session is open.
fn opened() -> AcpConversation {
    let start = SessionStart::New("ours".to_owned());
    let mut conversation = AcpConversation::new("/work", &assignment(Phase::Executing, start));
    let capabilities = json!({ "loadSession": true });
    let initialized = json!({ "protocolVersion": 1, "agentCapabilities": capabilities });
    told(&mut conversation, &result(0, &initialized));
    told(&mut conversation, &result(1, &json!({ "sessionId": "s1" })));
    conversation.outbox();
    conversation
}

fn prompt(conversation: &mut AcpConversation, id: &str) {
    let command = HarnessCommand::Prompt { prompt: id.to_owned(), text: "go".to_owned() };
    conversation.send(command).unwrap();
}

fn execute() -> Value {
    json!({ "toolCallId": "t1", "title": "Run", "kind": "execute", "rawInput": { "command": "make" } })
}

#[test]
fn a_session_is_opened_and_the_prompt_waits_for_it() {
    let start = SessionStart::New("ours".to_owned());
    let mut conversation = AcpConversation::new("/work", &assignment(Phase::Planning, start));
    prompt(&mut conversation, "p1");
    let [initialize] = &written(&mut conversation)[..] else { panic!() };
    assert_eq!(initialize["method"], "initialize");
    assert_eq!(initialize["params"]["protocolVersion"], 1);
    assert_eq!(initialize["params"]["clientCapabilities"]["terminal"], false);

    let agent = json!({ "name": "a", "version": "1.2" });
    let initialized = json!({ "protocolVersion": 1, "agentInfo": agent });
    assert_eq!(told(&mut conversation, &result(0, &initialized)), []);
    let [new] = &written(&mut conversation)[..] else { panic!() };
    assert_eq!((&new["method"], &new["params"]["cwd"]), (&json!("session/new"), &json!("/work")));
    let servers = json!([
        { "name": "db", "command": "db", "args": ["-v"], "env": [{ "name": "P", "value": "pw" }] },
        { "type": "http", "name": "remote", "url": "https://x",
            "headers": [{ "name": "A", "value": "b" }] },
    ]);
    assert_eq!(new["params"]["mcpServers"], servers);

    let events = told(&mut conversation, &result(1, &json!({ "sessionId": "s1" })));
    assert!(matches!(&events[..], [HarnessEvent::Ready(ready)]
        if ready.session == "s1" && ready.version == "1.2"));
    let [mode, prompt] = &written(&mut conversation)[..] else { panic!() };
    assert_eq!(mode["params"], json!({ "sessionId": "s1", "modeId": "plan" }));
    assert_eq!(prompt["method"], "session/prompt");
    assert_eq!(prompt["params"]["prompt"], json!([{ "type": "text", "text": "go" }]));
}

#[test]
fn a_session_is_resumed_only_by_an_agent_that_can() {
    let start = || SessionStart::Resumed("s1".to_owned());
    let mut conversation = AcpConversation::new("/work", &assignment(Phase::Executing, start()));
    conversation.outbox();
    let able = json!({ "protocolVersion": 1, "agentCapabilities": { "loadSession": true } });
    told(&mut conversation, &result(0, &able));
    let [load] = &written(&mut conversation)[..] else { panic!() };
    assert_eq!(
        (&load["method"], &load["params"]["sessionId"]),
        (&json!("session/load"), &json!("s1"))
    );

    for (initialized, why) in [
        (json!({ "protocolVersion": 1 }), "cannot resume"),
        (json!({ "protocolVersion": 2 }), "version 2"),
    ] {
        let mut conversation =
            AcpConversation::new("/work", &assignment(Phase::Executing, start()));
        let events = told(&mut conversation, &result(0, &initialized));
        assert!(
            matches!(&events[0], HarnessEvent::Broken { why: it } if it.contains(why)),
            "{events:?}"
        );
    }
}

#[test]
fn a_turn_is_told_and_the_next_prompt_waits_for_its_end() {
    let mut conversation = opened();
    prompt(&mut conversation, "p1");
    prompt(&mut conversation, "p2");
    let [first] = &written(&mut conversation)[..] else { panic!() };
    let chunk = |text: &str| {
        let content = json!({ "type": "text", "text": text });
        update(&json!({ "sessionUpdate": "agent_message_chunk", "content": content }))
    };
    told(&mut conversation, &chunk("he"));
    told(&mut conversation, &chunk("llo"));
    let diff = json!({ "type": "diff", "path": "/repo/a", "oldText": "x\n", "newText": "y\n" });
    let call = json!({ "sessionUpdate": "tool_call", "toolCallId": "t1", "title": "Edit", "kind": "edit",
        "status": "pending", "locations": [{ "path": "/repo/a" }], "rawInput": { "text": "y" } });
    let events = told(&mut conversation, &update(&call));
    let said = HarnessEvent::Message { speaker: Speaker::Agent, text: "hello".to_owned() };
    assert_eq!(events[0], said);
    assert!(matches!(&events[1], HarnessEvent::ToolCalled { call, .. }
        if call.name == "Edit" && call.input["file_path"] == "/repo/a"));
    let done = json!({ "sessionUpdate": "tool_call_update", "toolCallId": "t1",
        "status": "completed", "content": [diff] });
    let events = told(&mut conversation, &update(&done));
    assert!(
        matches!(&events[..], [HarnessEvent::ToolEnded { diff: Some(diff), failed: false, .. }]
        if diff.hunks[0].lines == ["-x", "+y"])
    );
    let id = first["id"].as_u64().unwrap();
    let events = told(&mut conversation, &result(id, &json!({ "stopReason": "end_turn" })));
    assert!(
        matches!(&events[..], [HarnessEvent::TurnEnded { prompts, outcome: Outcome::Completed, .. }]
        if *prompts == ["p1"])
    );
    assert_eq!(written(&mut conversation)[0]["method"], "session/prompt");
}

#[test]
fn the_policy_decides_before_a_person_and_neither_allows_for_always() {
    let mut conversation = opened();
    let ask = Decision::Ask { why: "why".into(), remember: None };
    let cases = [
        (Decision::Allow { rule: Rule::OnlyReads }, "yes"),
        (Decision::Deny { rule: Rule::Unlisted, why: "why".into() }, "no"),
    ];
    for (decision, choice) in cases {
        let events = told(&mut conversation, &permission(&json!("r1"), &execute()));
        let [HarnessEvent::ToolProposed { request, call }] = &events[..] else { panic!() };
        assert_eq!((call.name.as_str(), &call.input), ("Bash", &json!({ "command": "make" })));
        let judge = HarnessCommand::Judge { request: request.clone(), decision };
        assert_eq!(conversation.send(judge), Ok(Vec::new()));
        let outcome = json!({ "outcome": { "outcome": "selected", "optionId": choice } });
        assert_eq!(
            written(&mut conversation),
            [json!({ "jsonrpc": "2.0", "id": "r1", "result": outcome })]
        );
    }
    told(&mut conversation, &permission(&json!(7), &execute()));
    let early = HarnessCommand::Permit { request: "7".into(), permission: Permission::Allow };
    assert!(conversation.send(early.clone()).is_err(), "the policy was not asked");
    let judge = HarnessCommand::Judge { request: "7".into(), decision: ask };
    let events = conversation.send(judge).unwrap();
    assert!(
        matches!(&events[..], [HarnessEvent::PermissionAsked { request, .. }] if request == "7")
    );
    conversation.send(early).unwrap();
    assert_eq!(written(&mut conversation)[0]["result"]["outcome"]["optionId"], "yes");
}

#[test]
fn a_command_in_words_is_read_as_a_shell_would_not() {
    let mut conversation = opened();
    let tool = json!({ "toolCallId": "t1", "kind": "execute",
        "rawInput": { "command": ["bash", "-lc", "git commit -m 'x'"] } });
    let events = told(&mut conversation, &permission(&json!(1), &tool));
    let [HarnessEvent::ToolProposed { call, .. }] = &events[..] else { panic!() };
    let decision = crate::policy::ToolPolicy::default().decide(Phase::Executing, call);
    assert!(matches!(decision, Decision::Deny { rule: Rule::GitIsOurs, .. }), "{decision:?}");
}

#[test]
fn an_interrupt_cancels_what_is_open() {
    let mut conversation = opened();
    prompt(&mut conversation, "p1");
    told(&mut conversation, &permission(&json!(1), &execute()));
    conversation.outbox();
    conversation.send(HarnessCommand::Interrupt).unwrap();
    let written = written(&mut conversation);
    assert_eq!(written[0]["result"], json!({ "outcome": { "outcome": "cancelled" } }));
    assert_eq!(written[1]["method"], "session/cancel");
    let events = told(&mut conversation, &result(2, &json!({ "stopReason": "cancelled" })));
    assert!(matches!(&events[..], [HarnessEvent::TurnEnded { outcome: Outcome::Interrupted, .. }]));
}

#[test]
fn a_plan_is_approved_through_the_switch_of_mode() {
    let mut conversation = opened();
    let tool = json!({ "toolCallId": "t1", "kind": "switch_mode", "rawInput": { "plan": "# P" } });
    let events = told(&mut conversation, &permission(&json!(1), &tool));
    let proposed = HarnessEvent::PlanProposed { request: "1".into(), plan: Some("# P".into()) };
    assert_eq!(events, [proposed]);
    let decide = |answer| HarnessCommand::DecidePlan { request: "1".into(), answer };
    let revise = PlanAnswer::Revise { feedback: "smaller".into() };
    assert!(matches!(conversation.send(decide(revise)), Err(Refused::Unsupported { .. })));
    conversation.send(decide(PlanAnswer::Execute)).unwrap();
    assert_eq!(written(&mut conversation)[0]["result"]["outcome"]["optionId"], "yes");
}

#[test]
fn files_terminals_and_noise_are_refused() {
    let mut conversation = opened();
    for method in ["fs/read_text_file", "terminal/create", "new/thing"] {
        let request = json!({ "jsonrpc": "2.0", "id": 9, "method": method, "params": {} });
        let events = told(&mut conversation, &request);
        assert!(matches!(&events[..], [HarnessEvent::Noise { kind: NoiseKind::Unknown, .. }]));
        assert_eq!(written(&mut conversation)[0]["error"]["code"], -32601);
    }
    for line in
        [&b"junk\n"[..], b"\xff\n", b"{\"jsonrpc\":\"2.0\"}\n", b"{\"id\":77,\"result\":{}}\n"]
    {
        let events = conversation.receive(line);
        assert!(matches!(&events[..], [HarnessEvent::Noise { .. }]), "{events:?}");
    }
    let quiet = json!({ "jsonrpc": "2.0", "method": "_vendor/thing", "params": {} });
    assert_eq!(told(&mut conversation, &quiet), []);
    let plan = update(&json!({ "sessionUpdate": "plan", "entries": [] }));
    assert_eq!(told(&mut conversation, &plan), []);
    prompt(&mut conversation, "p1");
    let events = conversation.receive(&b"junk\n".repeat(100));
    assert!(matches!(
        &events[events.len() - 2..],
        [
            HarnessEvent::Broken { .. },
            HarnessEvent::TurnEnded { outcome: Outcome::Lost { .. }, .. }
        ]
    ));
}

#[test]
fn every_reason_to_stop_has_its_outcome() {
    for (reason, expected) in [
        ("end_turn", Outcome::Completed),
        ("cancelled", Outcome::Interrupted),
        ("max_turn_requests", Outcome::TooManyTurns),
        ("refusal", Outcome::Refused),
        ("max_tokens", Outcome::Failed { why: "the agent stopped with \"max_tokens\"".into() }),
    ] {
        assert_eq!(wire::outcome(reason), expected);
    }
    let mut conversation = opened();
    prompt(&mut conversation, "p1");
    let error = json!({ "code": -32000, "message": "Authentication required" });
    let events = told(&mut conversation, &json!({ "jsonrpc": "2.0", "id": 2, "error": error }));
    assert!(matches!(
        &events[..],
        [HarnessEvent::TurnEnded { outcome: Outcome::Unauthenticated, .. }]
    ));
    prompt(&mut conversation, "p2");
    let events = conversation.ended(Exit::Code(1));
    assert!(matches!(
        &events[..],
        [HarnessEvent::TurnEnded { outcome: Outcome::Lost { .. }, .. }, HarnessEvent::Ended { .. }]
    ));
}
