//! Shapes as the program of the pinned version writes them, shortened by what means nothing to us.

use std::collections::BTreeMap;

use super::*;
use crate::{
    harness::{OwnTool, Permission, PlanAnswer, Question},
    policy::{Decision, Rule},
};

const VERSION: &str = "2.1.329";

fn conversation() -> ClaudeConversation {
    let mut conversation = ClaudeConversation::new(VERSION, Phase::Executing);
    conversation.outbox();
    conversation
}

fn told(conversation: &mut ClaudeConversation, message: &Value) -> Vec<HarnessEvent> {
    conversation.receive(format!("{message}\n").as_bytes())
}

fn written(conversation: &mut ClaudeConversation) -> Vec<Value> {
    let bytes = conversation.outbox();
    let lines = bytes.split(|it| *it == b'\n').filter(|it| !it.is_empty());
    lines.map(|it| serde_json::from_slice(it).unwrap()).collect()
}

fn prompt(conversation: &mut ClaudeConversation, id: &str) {
    let command = HarnessCommand::Prompt { prompt: id.to_owned(), text: format!("text of {id}") };
    conversation.send(command).unwrap();
    written(conversation);
}

fn replay(id: &str) -> Value {
    json!({ "type": "user", "message": { "role": "user", "content": "x" }, "uuid": id, "isReplay": true })
}

fn init() -> Value {
    json!({
        "type": "system", "subtype": "init", "cwd": "/work", "session_id": "s1",
        "tools": ["Bash", "Edit", "mcp__runbook__submit_plan"],
        "mcp_servers": [{ "name": "runbook", "status": "connected", "source": "sdk" }],
        "model": "claude-x", "permissionMode": "default", "claude_code_version": VERSION,
    })
}

fn result(fields: &Value) -> Value {
    let mut result = json!({
        "type": "result", "subtype": "success", "is_error": false, "result": "done",
        "terminal_reason": "completed", "api_error_status": null, "total_cost_usd": 0.000_184,
        "usage": { "input_tokens": 11, "output_tokens": 7, "cache_read_input_tokens": 3,
            "cache_creation_input_tokens": 2 },
        "permission_denials": [], "num_turns": 1,
    });
    for (name, value) in fields.as_object().unwrap() {
        result[name] = value.clone();
    }
    result
}

fn outcome_of(fields: &Value) -> Outcome {
    let mut conversation = conversation();
    prompt(&mut conversation, "p1");
    told(&mut conversation, &replay("p1"));
    match &told(&mut conversation, &result(fields))[..] {
        [HarnessEvent::TurnEnded { prompts, outcome, .. }] if *prompts == ["p1"] => outcome.clone(),
        other => panic!("{other:?}"),
    }
}

fn hook(request: &str, name: &str, input: &Value) -> Value {
    json!({ "type": "control_request", "request_id": request, "request": {
        "subtype": "hook_callback", "callback_id": "before-tool", "tool_use_id": "t1",
        "input": { "session_id": "s1", "permission_mode": "default", "hook_event_name": "PreToolUse",
            "tool_name": name, "tool_input": input, "tool_use_id": "t1" } } })
}

fn can_use(request: &str, name: &str, input: &Value) -> Value {
    json!({ "type": "control_request", "request_id": request, "request": {
        "subtype": "can_use_tool", "tool_name": name, "display_name": name, "input": input,
        "tool_use_id": "t1", "decision_reason": "because", "requires_user_interaction": true } })
}

fn answer(message: &Value) -> &Value {
    assert_eq!(message["type"], "control_response");
    assert_eq!(message["response"]["subtype"], "success");
    &message["response"]["response"]
}

#[test]
fn the_first_that_is_said_sets_the_one_hook_and_our_tools() {
    let mut conversation = ClaudeConversation::new(VERSION, Phase::Planning);
    let [first] = &written(&mut conversation)[..] else { panic!() };
    assert_eq!(first["type"], "control_request");
    assert_eq!(first["request"]["subtype"], "initialize");
    let hook = &first["request"]["hooks"]["PreToolUse"][0];
    assert_eq!(
        (&hook["matcher"], &hook["hookCallbackIds"]),
        (&json!(".*"), &json!(["before-tool"]))
    );
    assert_eq!(first["request"]["sdkMcpServers"], json!(["runbook"]));
}

#[test]
fn a_turn_is_told_from_prompt_to_end() {
    let mut conversation = conversation();
    let command = HarnessCommand::Prompt { prompt: "p1".into(), text: "hello".into() };
    conversation.send(command).unwrap();
    let [user] = &written(&mut conversation)[..] else { panic!() };
    assert_eq!((&user["type"], &user["uuid"]), (&json!("user"), &json!("p1")));
    assert_eq!(user["message"], json!({ "role": "user", "content": "hello" }));

    let ready = told(&mut conversation, &init());
    assert!(matches!(&ready[..], [HarnessEvent::Ready(it)] if it.session == "s1"));
    assert_eq!(told(&mut conversation, &init()), [], "it is repeated at every turn");
    let taken = HarnessEvent::PromptTaken { prompt: "p1".into() };
    assert_eq!(told(&mut conversation, &replay("p1")), [taken]);

    let delta = json!({ "type": "stream_event", "parent_tool_use_id": null, "event": {
        "type": "content_block_delta", "index": 0, "delta": { "type": "text_delta", "text": "he" } } });
    let expected = HarnessEvent::Delta { speaker: Speaker::Agent, text: "he".into() };
    assert_eq!(told(&mut conversation, &delta), [expected]);
    let message = json!({ "type": "assistant", "parent_tool_use_id": null, "message": { "id": "m1",
        "content": [{ "type": "thinking", "thinking": "hm" }, { "type": "text", "text": "hello\u{0}" },
            { "type": "tool_use", "id": "t1", "name": "Bash", "input": { "command": "ls" } },
            { "type": "server_tool_use", "id": "t2" }] } });
    let call = ToolCall { id: "t1".into(), name: "Bash".into(), input: json!({ "command": "ls" }) };
    assert_eq!(
        told(&mut conversation, &message),
        [
            HarnessEvent::Message { speaker: Speaker::Thought, text: "hm".into() },
            HarnessEvent::Message { speaker: Speaker::Agent, text: "hello\u{0}".into() },
            HarnessEvent::ToolCalled { call, within: None },
        ]
    );
    let usage = Usage {
        input_tokens: 11,
        output_tokens: 7,
        cache_read_tokens: 3,
        cache_written_tokens: 2,
        session_cost_micros: 184,
    };
    let ended =
        HarnessEvent::TurnEnded { prompts: vec!["p1".into()], outcome: Outcome::Completed, usage };
    assert_eq!(told(&mut conversation, &result(&json!({ "user_message_uuids": ["p1"] }))), [ended]);
}

#[test]
fn every_end_of_a_turn_has_its_outcome() {
    let failed = |why: &str| Outcome::Failed { why: why.to_owned() };
    for (fields, expected) in [
        (json!({}), Outcome::Completed),
        (json!({ "terminal_reason": null }), Outcome::Completed),
        (
            json!({ "is_error": true, "terminal_reason": "api_error", "api_error_status": 529 }),
            Outcome::Overloaded,
        ),
        (
            json!({ "is_error": true, "terminal_reason": "api_error", "api_error_status": 401 }),
            Outcome::Unauthenticated,
        ),
        (json!({ "is_error": true, "api_error_status": 429 }), Outcome::RateLimited),
        (
            json!({ "is_error": true, "api_error_status": 400, "result": "API Error: 400 too long" }),
            failed("API Error: 400 too long"),
        ),
        (json!({ "is_error": true, "result": "odd" }), failed("odd")),
        (
            json!({ "subtype": "error_max_turns", "is_error": true, "terminal_reason": "max_turns" }),
            Outcome::TooManyTurns,
        ),
        (
            json!({ "subtype": "error_max_budget_usd", "terminal_reason": "budget_exhausted" }),
            Outcome::BudgetExhausted,
        ),
        (
            json!({ "subtype": "error_during_execution", "is_error": true,
                "terminal_reason": "aborted_tools" }),
            Outcome::Interrupted,
        ),
        (
            json!({ "subtype": "error_new", "is_error": true, "result": null, "errors": ["a", "b"] }),
            failed("a; b"),
        ),
    ] {
        assert_eq!(outcome_of(&fields), expected, "{fields}");
    }
}

#[test]
fn two_prompts_that_were_merged_end_with_one_turn() {
    let mut conversation = conversation();
    prompt(&mut conversation, "p1");
    told(&mut conversation, &replay("p1"));
    prompt(&mut conversation, "p2");
    prompt(&mut conversation, "p3");
    told(&mut conversation, &replay("p2"));
    let ended = told(&mut conversation, &result(&json!({ "user_message_uuids": ["p1", "p2"] })));
    assert!(
        matches!(&ended[..], [HarnessEvent::TurnEnded { prompts, .. }] if *prompts == ["p1", "p2"])
    );
    // Without their ids, those that have reached the model.
    told(&mut conversation, &replay("p3"));
    let ended = told(&mut conversation, &result(&json!({})));
    assert!(matches!(&ended[..], [HarnessEvent::TurnEnded { prompts, .. }] if *prompts == ["p3"]));
}

#[test]
fn the_hook_passes_on_what_the_policy_decides() {
    let mut conversation = conversation();
    let input = json!({ "command": "ls" });
    let call = ToolCall { id: "t1".into(), name: "Bash".into(), input: input.clone() };
    for (decision, expected) in [
        (Decision::Allow { rule: Rule::OnlyReads }, "allow"),
        (Decision::Deny { rule: Rule::GitIsOurs, why: "why".into() }, "deny"),
        (Decision::Ask { why: "why".into(), remember: None }, "ask"),
    ] {
        let events = told(&mut conversation, &hook("h1", "Bash", &input));
        let proposed = HarnessEvent::ToolProposed { request: "h1".into(), call: call.clone() };
        assert_eq!(events, [proposed]);
        let judge = HarnessCommand::Judge { request: "h1".into(), decision };
        conversation.send(judge.clone()).unwrap();
        let [message] = &written(&mut conversation)[..] else { panic!() };
        let output = &answer(message)["hookSpecificOutput"];
        assert_eq!(output["hookEventName"], "PreToolUse");
        assert_eq!(output["permissionDecision"], expected);
        let again = conversation.send(judge);
        assert_eq!(again, Err(Refused::NotOpen { request: "h1".into() }), "it is answered once");
    }
}

#[test]
fn what_the_policy_has_allowed_is_not_asked_again() {
    let mut conversation = conversation();
    let input = json!({ "file_path": "/home/agent/.claude/plans/p.md" });
    told(&mut conversation, &hook("h1", "Write", &input));
    let decision = Decision::Allow { rule: Rule::Conversation };
    conversation.send(HarnessCommand::Judge { request: "h1".into(), decision }).unwrap();
    written(&mut conversation);
    assert_eq!(told(&mut conversation, &can_use("c1", "Write", &input)), []);
    assert_eq!(answer(&written(&mut conversation)[0])["behavior"], "allow");
    // Once: another request is another question.
    let events = told(&mut conversation, &can_use("c2", "Write", &input));
    assert!(matches!(&events[..], [HarnessEvent::PermissionAsked { .. }]));
}

#[test]
fn a_person_allows_changes_and_denies() {
    let mut conversation = conversation();
    let input = json!({ "command": "touch x" });
    for (permission, expected) in [
        (Permission::Allow, json!({ "behavior": "allow", "updatedInput": input })),
        (
            Permission::AllowChanged(json!({ "command": "ls" })),
            json!({ "behavior": "allow", "updatedInput": { "command": "ls" } }),
        ),
        (Permission::Deny { why: "no".into() }, json!({ "behavior": "deny", "message": "no" })),
        (
            Permission::DenyAndStop { why: "no".into() },
            json!({ "behavior": "deny", "message": "no", "interrupt": true }),
        ),
    ] {
        let events = told(&mut conversation, &can_use("c1", "Bash", &input));
        assert!(matches!(&events[..], [HarnessEvent::PermissionAsked { .. }]));
        let wrong = Decision::Allow { rule: Rule::OnlyReads };
        let judged =
            conversation.send(HarnessCommand::Judge { request: "c1".into(), decision: wrong });
        assert!(judged.is_err(), "only a person answers what a person is asked");
        conversation.send(HarnessCommand::Permit { request: "c1".into(), permission }).unwrap();
        assert_eq!(answer(&written(&mut conversation)[0]), &expected);
    }
}

#[test]
fn questions_are_answered_by_their_text() {
    let mut conversation = conversation();
    let input = json!({ "questions": [{ "question": "Which?", "header": "h", "multiSelect": true,
        "options": [{ "label": "A", "description": "a" }, { "label": "B", "description": "b" }] }] });
    let events = told(&mut conversation, &can_use("q1", "AskUserQuestion", &input));
    let question =
        Question { text: "Which?".into(), choices: vec!["A".into(), "B".into()], several: true };
    let asked = HarnessEvent::QuestionAsked { request: "q1".into(), questions: vec![question] };
    assert_eq!(events, [asked]);
    let answers = BTreeMap::from([("Which?".to_owned(), "A".to_owned())]);
    conversation.send(HarnessCommand::Answer { request: "q1".into(), answers }).unwrap();
    let written = written(&mut conversation);
    assert_eq!(answer(&written[0])["updatedInput"]["answers"], json!({ "Which?": "A" }));
    assert_eq!(answer(&written[0])["updatedInput"]["questions"], input["questions"]);
}

#[test]
fn a_plan_is_revised_recorded_or_carried_out() {
    let mut conversation = ClaudeConversation::new(VERSION, Phase::Planning);
    conversation.outbox();
    for (decision, expected) in [
        (
            PlanAnswer::Revise { feedback: "smaller".into() },
            json!({ "behavior": "deny", "message": "smaller" }),
        ),
        (
            PlanAnswer::Execute,
            json!({ "behavior": "allow", "updatedInput": { "plan": "# P" },
            "updatedPermissions":
                [{ "type": "setMode", "mode": "default", "destination": "session" }] }),
        ),
    ] {
        let events =
            told(&mut conversation, &can_use("p1", "ExitPlanMode", &json!({ "plan": "# P" })));
        let proposed =
            HarnessEvent::PlanProposed { request: "p1".into(), plan: Some("# P".into()) };
        assert_eq!(events, [proposed]);
        let command = HarnessCommand::DecidePlan { request: "p1".into(), answer: decision };
        conversation.send(command).unwrap();
        assert_eq!(answer(&written(&mut conversation)[0]), &expected);
    }
    // The mode that the next turn tells is the one that was set.
    assert!(matches!(&told(&mut conversation, &init())[..], [HarnessEvent::Ready(_)]));
    // A program that says only that it has one: its plan is in the file that it wrote.
    let events = told(&mut conversation, &can_use("p2", "ExitPlanMode", &json!({})));
    assert_eq!(events, [HarnessEvent::PlanProposed { request: "p2".into(), plan: None }]);
    let answer_ = PlanAnswer::Recorded;
    let command = HarnessCommand::DecidePlan { request: "p2".into(), answer: answer_ };
    conversation.send(command).unwrap();
    assert_eq!(answer(&written(&mut conversation)[0])["interrupt"], true);
}

#[test]
fn our_tools_are_served_over_the_pipe() {
    let mut conversation = conversation();
    let mcp = |server: &str, message: Value| {
        json!({ "type": "control_request", "request_id": "m1", "request": {
            "subtype": "mcp_message", "server_name": server, "message": message } })
    };
    let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" });
    assert_eq!(told(&mut conversation, &mcp("runbook", list.clone())), []);
    let tools = written(&mut conversation);
    assert_eq!(answer(&tools[0])["mcp_response"]["result"]["tools"].as_array().unwrap().len(), 4);

    let parameters = json!({ "name": "submit_plan", "arguments": { "plan": "# P" } });
    let call = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": parameters });
    let events = told(&mut conversation, &mcp("runbook", call));
    let called = HarnessEvent::OwnToolCalled {
        request: "m1".into(),
        tool: OwnTool::SubmitPlan,
        input: json!({ "plan": "# P" }),
    };
    assert_eq!(events, [called]);
    let reply = Err("step 3 is missing".to_owned());
    conversation.send(HarnessCommand::Reply { request: "m1".into(), reply }).unwrap();
    let replied = &answer(&written(&mut conversation)[0])["mcp_response"].clone();
    assert_eq!((&replied["id"], &replied["result"]["isError"]), (&json!(2), &json!(true)));

    let events = told(&mut conversation, &mcp("other", list));
    assert!(matches!(&events[..], [HarnessEvent::Noise { kind: NoiseKind::Unknown, .. }]));
    assert_eq!(written(&mut conversation)[0]["response"]["subtype"], "error");
}

#[test]
fn an_edit_brings_its_diff_and_a_long_output_its_place() {
    let mut conversation = conversation();
    let ended = |result: Value| {
        json!({ "type": "user", "message": { "role": "user", "content": [
            { "type": "tool_result", "tool_use_id": "t1", "content": [{ "type": "text", "text": "ok" }] }] },
            "tool_use_result": result })
    };
    let hunk = json!({ "oldStart": 1, "oldLines": 1, "newStart": 1, "newLines": 1, "lines": ["-hi", "+ho"] });
    let edit = json!({ "filePath": "/repo/a", "oldString": "hi", "newString": "ho",
        "originalFile": "hi\n", "structuredPatch": [hunk] });
    let create = json!({ "type": "create", "filePath": "/repo/b", "content": "x\ny\n",
        "structuredPatch": [], "originalFile": null });
    let output = json!({ "stdout": "…", "persistedOutputPath": "/home/agent/out.txt" });
    let diff_of = |events: Vec<HarnessEvent>| match &events[..] {
        [HarnessEvent::ToolEnded { diff, text, failed: false, .. }] if text == "ok" => diff.clone(),
        other => panic!("{other:?}"),
    };
    let edited = diff_of(told(&mut conversation, &ended(edit))).unwrap();
    assert_eq!(
        (edited.path.as_str(), &edited.hunks[0].lines[..]),
        ("/repo/a", &["-hi".into(), "+ho".into()][..])
    );
    let created = diff_of(told(&mut conversation, &ended(create))).unwrap();
    assert_eq!(created.hunks[0].lines, ["+x", "+y"]);
    let events = told(&mut conversation, &ended(output));
    assert!(
        matches!(&events[..], [HarnessEvent::ToolEnded { whole_output: Some(path), diff: None, .. }]
        if path == "/home/agent/out.txt")
    );
    let refused = told(&mut conversation, &ended(json!("Error: no")));
    assert!(matches!(&refused[..], [HarnessEvent::ToolEnded { diff: None, .. }]));
}

#[test]
fn another_version_mode_or_set_of_tools_than_asked_for_ends_the_conversation() {
    for (field, value, why) in [
        ("claude_code_version", json!("9.9.9"), "version 9.9.9"),
        ("permissionMode", json!("acceptEdits"), "mode \"acceptEdits\""),
        ("permissionMode", json!("bypassPermissions"), "mode \"bypassPermissions\""),
        ("mcp_servers", json!([]), "own tools"),
        ("mcp_servers", json!([{ "name": "runbook", "status": "failed" }]), "own tools"),
    ] {
        let mut conversation = conversation();
        prompt(&mut conversation, "p1");
        told(&mut conversation, &hook("h1", "Bash", &json!({})));
        let mut init = init();
        init[field] = value;
        let events = told(&mut conversation, &init);
        let [
            HarnessEvent::Broken { why: told_why },
            HarnessEvent::TurnEnded { prompts, outcome, .. },
        ] = &events[..]
        else {
            panic!("{events:?}")
        };
        assert!(told_why.contains(why), "{told_why}");
        assert_eq!((&prompts[..], outcome.is_transient()), (&["p1".to_owned()][..], true));
        let written = written(&mut conversation);
        assert_eq!(answer(&written[0])["hookSpecificOutput"]["permissionDecision"], "deny");
        assert_eq!(written[1]["request"]["subtype"], "interrupt");
        assert_eq!(told(&mut conversation, &replay("p1")), [], "nothing is believed any more");
        assert_eq!(conversation.send(HarnessCommand::Interrupt), Err(Refused::Over));
    }
}

#[test]
fn a_token_that_is_refused_is_not_tried_for_minutes() {
    let mut conversation = conversation();
    prompt(&mut conversation, "p1");
    told(&mut conversation, &replay("p1"));
    let retry = json!({ "type": "system", "subtype": "api_retry", "attempt": 1, "max_retries": 2,
        "retry_delay_ms": 1197.4, "error_status": 401, "error": "authentication_failed" });
    let events = told(&mut conversation, &retry);
    let expected = HarnessEvent::Retrying {
        attempt: 1,
        most: 2,
        after_ms: 1197,
        cause: RetryCause::Unauthenticated,
    };
    assert_eq!(events, [expected]);
    told(&mut conversation, &retry);
    let orders = written(&mut conversation);
    assert_eq!(orders.len(), 1, "it is interrupted once");
    assert_eq!(orders[0]["request"]["subtype"], "interrupt");
    let aborted = result(&json!({ "subtype": "error_during_execution", "is_error": true,
        "terminal_reason": "aborted_streaming" }));
    let events = told(&mut conversation, &aborted);
    assert!(matches!(
        &events[..],
        [HarnessEvent::TurnEnded { outcome: Outcome::Unauthenticated, .. }]
    ));
    for (status, error, cause) in [
        (json!(429), "rate_limit", RetryCause::RateLimited),
        (json!(529), "overloaded", RetryCause::Overloaded),
        (json!(null), "unknown", RetryCause::Other),
    ] {
        let retry = json!({ "type": "system", "subtype": "api_retry", "error_status": status, "error": error });
        let events = told(&mut conversation, &retry);
        assert!(matches!(&events[..], [HarnessEvent::Retrying { cause: it, .. }] if *it == cause));
    }
}

#[test]
fn what_means_nothing_is_told_and_too_much_of_it_ends_the_conversation() {
    let noisy: &[&[u8]] = &[
        b"not json\n",
        b"\xff\xfe\x00\n",
        b"{}\n",
        b"[]\n",
        b"{\"type\":\"new_thing\"}\n",
        b"{\"type\":\"assistant\"}\n",
        b"{\"type\":\"system\",\"subtype\":\"init\"}\n",
        b"{\"type\":\"control_request\",\"request_id\":\"r\",\"request\":{\"subtype\":\"new\"}}\n",
        b"{\"type\":\"control_request\",\"request_id\":\"r\",\"request\":{\"subtype\":\"can_use_tool\"}}\n",
        b"{\"type\":\"result\"}\n",
    ];
    for line in noisy {
        let mut conversation = conversation();
        let events = conversation.receive(line);
        assert!(
            matches!(&events[..], [HarnessEvent::Noise { sample, .. }]
            if *sample == *line),
            "{:?} {events:?}",
            String::from_utf8_lossy(line)
        );
        // Whoever asked is not left waiting.
        let refused = written(&mut conversation);
        assert_eq!(refused.len(), usize::from(line.starts_with(b"{\"type\":\"control")));
    }
    let quiet = [
        json!({ "type": "system", "subtype": "status", "status": "requesting" }),
        json!({ "type": "command_lifecycle", "state": "queued" }),
        json!({ "type": "control_response", "response": { "subtype": "success", "request_id": "x" } }),
        json!({ "type": "stream_event", "event": { "type": "message_stop" } }),
    ];
    let mut conversation = conversation();
    for message in quiet {
        assert_eq!(told(&mut conversation, &message), [], "{message}");
    }
    prompt(&mut conversation, "p1");
    let events = conversation.receive(&b"junk\n".repeat(1000));
    let is_noise = |it: &&HarnessEvent| matches!(it, HarnessEvent::Noise { .. });
    assert_eq!(events.iter().filter(is_noise).count(), MAX_NOISE + 1);
    assert!(matches!(
        &events[MAX_NOISE + 1..],
        [HarnessEvent::Broken { .. }, HarnessEvent::TurnEnded { .. }]
    ));
}

#[test]
fn a_line_without_end_ends_the_conversation() {
    let mut conversation = conversation();
    prompt(&mut conversation, "p1");
    let events = conversation.receive(&vec![b'x'; MAX_LINE + 1]);
    assert!(matches!(&events[..], [HarnessEvent::Broken { .. }, HarnessEvent::TurnEnded { .. }]));
    assert_eq!(conversation.receive(b"{}\n"), []);
}

#[test]
fn an_end_of_the_program_ends_every_turn_once() {
    let mut conversation = conversation();
    prompt(&mut conversation, "p1");
    prompt(&mut conversation, "p2");
    let events = conversation.ended(Exit::Signal(9));
    let lost = Outcome::Lost { why: "the agent ended by signal 9 before its turn did".into() };
    let (prompts, usage) = (vec!["p1".to_owned(), "p2".to_owned()], Usage::default());
    let ended = HarnessEvent::TurnEnded { prompts, outcome: lost, usage };
    assert_eq!(events, [ended, HarnessEvent::Ended { exit: Exit::Signal(9) }]);
    assert_eq!(conversation.ended(Exit::Code(0)), []);
    assert_eq!(conversation.receive(b"{}\n"), []);
}

#[test]
fn a_second_end_of_a_turn_is_noise() {
    let mut conversation = conversation();
    prompt(&mut conversation, "p1");
    told(&mut conversation, &replay("p1"));
    told(&mut conversation, &result(&json!({})));
    let events = told(&mut conversation, &result(&json!({})));
    assert!(matches!(&events[..], [HarnessEvent::Noise { kind: NoiseKind::Unexpected, .. }]));
}

#[test]
fn orders_are_written_and_their_refusal_is_told() {
    let mut conversation = conversation();
    conversation.send(HarnessCommand::SetModel("haiku".into())).unwrap();
    conversation.send(HarnessCommand::SetPhase(Phase::Planning)).unwrap();
    conversation.send(HarnessCommand::Interrupt).unwrap();
    let orders = written(&mut conversation);
    assert_eq!(orders[0]["request"], json!({ "subtype": "set_model", "model": "haiku" }));
    assert_eq!(orders[1]["request"], json!({ "subtype": "set_permission_mode", "mode": "plan" }));
    assert_eq!(orders[2]["request"], json!({ "subtype": "interrupt" }));
    let id = &orders[0]["request_id"];
    let refusal = json!({ "type": "control_response", "response": {
        "subtype": "error", "request_id": id, "error": "no such model" } });
    let failed =
        HarnessEvent::CommandFailed { command: "set_model".into(), why: "no such model".into() };
    assert_eq!(told(&mut conversation, &refusal), [failed]);
    assert_eq!(told(&mut conversation, &refusal), [], "it repeats what it was told");
}

#[test]
fn a_withdrawn_request_cannot_be_answered() {
    let mut conversation = conversation();
    told(&mut conversation, &can_use("c1", "Bash", &json!({})));
    let cancel = json!({ "type": "control_cancel_request", "request_id": "c1" });
    let withdrawn = HarnessEvent::RequestWithdrawn { request: "c1".into() };
    assert_eq!(told(&mut conversation, &cancel), [withdrawn]);
    let command = HarnessCommand::Permit { request: "c1".into(), permission: Permission::Allow };
    assert_eq!(conversation.send(command), Err(Refused::NotOpen { request: "c1".into() }));
}
