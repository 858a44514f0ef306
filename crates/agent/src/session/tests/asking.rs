use super::*;

fn call(pattern: Option<&str>) -> ToolCall {
    ToolCall {
        id: "toolu_1".to_owned(),
        tool: "Bash".to_owned(),
        input: "npm test\0".to_owned(),
        pattern: pattern.map(str::to_owned),
    }
}

fn ask_leave(played: &mut Played, pattern: Option<&str>) -> ApprovalId {
    let fence = played.fence();
    assert!(
        played
            .fact(Fact::ApprovalAsked { fence, call: call(pattern) })
            .starts_with("approval_asked")
    );
    let asked = played.events.iter().rfind(|it| name(it) == "approval_asked");
    ApprovalId(asked.unwrap().seq)
}

fn working() -> Played {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_working);
    played
}

#[test]
fn a_tool_waits_for_somebodys_leave() {
    let mut played = working();
    let approval = ask_leave(&mut played, None);
    assert_eq!(played.state.approvals[0].call.input, "npm test");
    let decision = Decision::Allow;
    assert_eq!(
        played.ask(Request::Decide { approval, decision: decision.clone() }),
        "approval_settled"
    );
    assert_eq!(played.effects, [Effect::Decide { approval, decision: decision.clone() }]);
    assert_eq!(
        played.ask(Request::Decide { approval, decision }),
        format!("no approval {approval} waits; it was settled or its step has ended")
    );
}

#[test]
fn leave_for_the_session_is_remembered_with_who_gave_it() {
    let mut played = working();
    let decision = Decision::AllowForSession;
    let approval = ask_leave(&mut played, None);
    let refused = "no tool pattern covers just this call; allow it once";
    assert_eq!(played.ask(Request::Decide { approval, decision: decision.clone() }), refused);
    let approval = ask_leave(&mut played, Some("Bash(npm test)"));
    played.ask(Request::Decide { approval, decision });
    let remembered = &played.state.remembered[0];
    assert_eq!((remembered.pattern.as_str(), remembered.by), ("Bash(npm test)", ada()));
}

#[test]
fn a_restart_withdraws_what_was_asked_and_the_step_begins_anew() {
    let mut played = working();
    let approval = ask_leave(&mut played, None);
    assert_eq!(played.fact(Fact::Restarted), "restarted faltered began");
    let decision = Decision::Allow;
    assert_eq!(
        played.ask(Request::Decide { approval, decision }),
        format!("no approval {approval} waits; it was settled or its step has ended")
    );
    played.until(is_working);
    ask_leave(&mut played, None);
    assert_eq!(played.state.approvals.len(), 1);
}

#[test]
fn questions_are_answered_one_by_one() {
    let mut played = working();
    let fence = played.fence();
    let asked = vec![Asked { text: "Which store?".to_owned(), options: vec!["redis".to_owned()] }];
    assert_eq!(played.fact(Fact::QuestionAsked { fence, asked }), "question_asked");
    let question = QuestionId(played.state.seq);
    assert_eq!(
        played.ask(Request::Answer { question, answers: Vec::new() }),
        "0 answers were given to 1 questions"
    );
    let answers = vec!["redis".to_owned()];
    assert_eq!(
        played.ask(Request::Answer { question, answers: answers.clone() }),
        "question_settled"
    );
    assert_eq!(played.effects, [Effect::Answer { question, answers: answers.clone() }]);
    assert_eq!(
        played.ask(Request::Answer { question, answers }),
        format!("no question {question} waits; it was answered or its step has ended")
    );
}

#[test]
fn in_a_one_shot_session_tools_are_denied_and_answers_assumed() {
    let mut played = Played::approved(|it| it.pace = Pace::OneShot);
    played.execute(ExecuteTarget::Next);
    played.until(is_working);
    let approval = ask_leave(&mut played, None);
    let decision = Decision::Deny {
        why: "nobody is asked in a one-shot session; do without this tool".to_owned(),
    };
    assert_eq!(played.effects, [Effect::Decide { approval, decision }]);
    let (fence, asked) = (played.fence(), Vec::new());
    played.fact(Fact::QuestionAsked { fence, asked });
    let question = QuestionId(played.state.seq - 1);
    assert_eq!(played.effects, [Effect::Answer { question, answers: Vec::new() }]);
    assert!(!played.state.is_idle());
}

#[test]
fn nobody_is_asked_outside_of_work() {
    let mut played = working();
    let fence = played.fence();
    played.ask(Request::Stop);
    assert_eq!(
        played.fact(Fact::ApprovalAsked { fence, call: call(None) }),
        "that does not happen at this stage"
    );
}
