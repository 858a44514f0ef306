use super::*;

fn say(text: &str) -> Request {
    Request::Say { text: text.to_owned() }
}

fn save(expected_version: u32, text: &str) -> Request {
    Request::SavePlan { expected_version, text: text.to_owned() }
}

fn planned(played: &mut Played, text: &str) -> String {
    let fence = played.fence();
    played.fact(Fact::Planned { fence, text: text.to_owned() })
}

#[test]
fn a_turn_ends_with_a_plan() {
    let mut played = Played::new(|_| {});
    assert_eq!(played.ask(say("Limit the API")), "queued began");
    assert_eq!(played.state.status(), Status::GeneratingSteps);
    played.until(is_working);
    assert_eq!(planned(&mut played, PLAN), "plan_saved");
    played.finish();
    assert_eq!(played.shown(), "1.1 not_started, 1.2 not_started, 2 not_started => not_started");
}

#[test]
fn an_agent_hears_what_is_wrong_with_its_plan_and_tries_again() {
    let mut played = Played::new(|_| {});
    played.ask(say("Limit the API"));
    played.until(is_working);
    assert_eq!(planned(&mut played, "## 2. A\n"), "plan_refused");
    let remarks = vec!["1:4: the first step is numbered 2; number it 1".to_owned()];
    let fence = played.fence();
    assert_eq!(played.effects, [Effect::TellRemarks { fence, remarks }]);
    assert_eq!(planned(&mut played, PLAN), "plan_saved");
}

#[test]
fn what_an_agent_says_is_kept_while_it_works() {
    let mut played = Played::new(|_| {});
    played.ask(say("Limit the API"));
    let said = |played: &mut Played| {
        let (fence, text) = (played.fence(), "I read\0 the code.".to_owned());
        played.fact(Fact::Said { fence, text })
    };
    assert_eq!(said(&mut played), "that does not happen at this stage");
    played.until(is_working);
    assert_eq!(said(&mut played), "said");
    let (fence, text) = (played.fence(), "I read the code.".to_owned());
    let last = played.events.last().unwrap();
    assert_eq!(last.kind, WorkEvent::Said { fence, text }.into());
}

#[test]
fn two_turns_wait_for_each_other() {
    let mut played = Played::new(|_| {});
    assert_eq!(played.ask(say("a")), "queued began");
    assert_eq!(played.ask(say("b")), "queued");
    played.until(is_working);
    let fact = played.next_fact().unwrap();
    assert_eq!(played.fact(fact), "ended began");
}

#[test]
fn who_saw_an_older_version_changes_nothing() {
    let mut played = Played::new(|_| {});
    assert_eq!(played.ask(save(0, PLAN)), "plan_saved");
    let refused = "the plan is at version 1, not 0; look at it and try again";
    assert_eq!(played.ask(save(0, PLAN)), refused);
    assert_eq!(played.ask(Request::Approve { expected_version: 0 }), refused);
    let (expected_version, target) = (0, ExecuteTarget::All);
    assert_eq!(played.ask(Request::Execute { expected_version, target }), refused);
    let step = step("2");
    assert_eq!(played.ask(Request::DeleteStep { expected_version, step }), refused);
    assert_eq!(played.ask(save(1, PLAN)), "version 1 says the same");
}

#[test]
fn going_back_makes_the_next_higher_version() {
    let mut played = Played::new(|_| {});
    played.ask(save(0, PLAN));
    played.ask(save(1, "## 1. Other\n"));
    assert_eq!(played.ask(Request::RollBack { expected_version: 2, to: 1 }), "plan_saved");
    assert_eq!((played.state.version(), &*played.state.versions[2].text), (3, PLAN));
    assert_eq!(played.state.versions[2].author, Author::Rollback { user: ada(), to: 1 });
    let refused = "the plan has no version 7; it has 1 to 3";
    assert_eq!(played.ask(Request::RollBack { expected_version: 3, to: 7 }), refused);
}

#[test]
fn a_plan_that_people_approved_is_changed_by_an_agent_only_with_their_leave() {
    let mut played = Played::approved(|_| {});
    played.ask(say("Split step 2"));
    played.until(is_working);
    let text = PLAN.replace("Refuse", "Reject");
    assert_eq!(planned(&mut played, &text), "plan_proposed");
    let proposal = played.state.proposal.clone().unwrap().id;
    assert_eq!(played.ask(Request::Accept { proposal }), "proposal_settled plan_saved");
    assert_eq!(played.state.version(), 2);
    assert_eq!(
        played.ask(Request::Decline { proposal }),
        format!("there is no proposal {proposal} any more")
    );
}

#[test]
fn an_agent_does_not_write_over_what_a_person_changed_meanwhile() {
    let mut played = Played::new(|_| {});
    played.ask(save(0, PLAN));
    played.ask(say("More"));
    played.until(is_working);
    played.ask(save(1, &PLAN.replace("Refuse", "Reject")));
    assert_eq!(planned(&mut played, "## 1. Mine\n"), "plan_proposed");
    let proposal = played.state.proposal.clone().unwrap().id;
    played.ask(save(2, &PLAN.replace("Refuse", "Return")));
    assert_eq!(
        played.ask(Request::Accept { proposal }),
        "the plan is at version 3, not 2; look at it and try again"
    );
}

#[test]
fn only_a_turn_hands_in_a_plan() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_working);
    assert_eq!(planned(&mut played, PLAN), "that does not happen at this stage");
}

#[test]
fn an_edited_plan_keeps_what_was_done_and_queued() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.finish();
    played.execute(ExecuteTarget::All);
    let text = PLAN.replace("## 2. Refuse", "## 2. Reject");
    assert_eq!(played.ask(save(1, &text)), "dequeued plan_saved");
    assert_eq!(played.shown(), "1.1 completed, 1.2 in_progress, 2 not_started => in_progress");
    let (expected_version, step) = (2, step("1.2"));
    let refused =
        "step 1.2 has been carried out or is being so and cannot be changed; revert it first";
    assert_eq!(played.ask(Request::DeleteStep { expected_version, step }), refused);
}

#[test]
fn a_comment_follows_its_step() {
    let mut played = Played::approved(|_| {});
    let text = "Why?\0".to_owned();
    assert_eq!(played.ask(Request::Comment { step: step("1.2"), text }), "commented");
    assert_eq!(played.state.comments[0].text, "Why?");
    let (expected_version, deleted) = (1, step("1.1"));
    played.ask(Request::DeleteStep { expected_version, step: deleted });
    assert_eq!(played.state.comments[0].step, Some(step("1.1")));
    played.ask(save(2, "## 1. Other\n"));
    assert_eq!(played.state.comments[0].step, None);
    let comment = played.state.comments[0].id;
    assert_eq!(played.ask(Request::Resolve { comment }), "comment_resolved");
    let refused = format!("there is no comment {comment}");
    assert_eq!(played.ask(Request::Resolve { comment }), refused);
}

#[test]
fn texts_are_not_empty_and_not_endless() {
    let mut played = Played::new(|_| {});
    assert_eq!(played.ask(say(" \0")), "the text is empty; write something");
    let long = "x".repeat(MAX_TEXT_BYTES + 1);
    assert_eq!(
        played.ask(say(&long)),
        "the text has 65537 bytes and at most 65536 are taken; shorten it"
    );
}

#[test]
fn a_one_shot_session_asks_nobody() {
    let mut played = Played::new(|it| it.pace = Pace::OneShot);
    played.ask(say("Limit the API"));
    played.until(is_working);
    assert_eq!(planned(&mut played, PLAN), "plan_saved plan_approved queued queued queued");
    played.finish();
    assert_eq!(played.shown(), "1.1 completed, 1.2 completed, 2 completed => completed");
    assert_eq!(played.branches(), "1.1 1.2 2 on main");
}
