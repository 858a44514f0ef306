use super::*;

fn done(change: impl FnOnce(&mut Settings)) -> Played {
    let mut played = Played::approved(change);
    played.execute(ExecuteTarget::All);
    played.finish();
    played
}

fn ci(played: &mut Played, end: CiEnd) -> String {
    let Branch { id: branch, head, .. } = played.state.branches[0].clone();
    played.fact(Fact::CiEnded { branch, head, end })
}

fn review(branch: BranchId, comment: &str, text: &str) -> Fact {
    let [comment, by, text] = [comment, "lin", text].map(str::to_owned);
    Fact::Reviewed { branch, comment, by, text }
}

fn red() -> CiEnd {
    CiEnd::Failed { check: "test".to_owned(), log: "no".to_owned() }
}

#[test]
fn stacked_steps_share_the_branch_of_their_top_level_step() {
    let played = done(|_| {});
    assert_eq!(played.branches(), "1.1 1.2 on main, 2 on 1.1");
    assert!(played.state.branches.iter().all(|it| it.request.is_some()));
}

#[test]
fn one_pull_request_takes_all_steps() {
    assert_eq!(done(|it| it.pull_mode = PullMode::Single).branches(), "1.1 1.2 2 on main");
}

#[test]
fn a_branch_is_named_after_session_and_step() {
    let played = done(|_| {});
    let name = &played.state.branches[1].name;
    assert!(
        name.starts_with("runbook/abc00000-2-") && name.len() == "runbook/abc00000-2-123456".len(),
        "{name}"
    );
    let other = played.state.branch_name(&step("2"), Fence(1));
    assert_ne!(*name, other);
}

#[test]
fn after_each_step_of_the_manual_mode_somebody_says_how_to_go_on() {
    let mut played = done(|it| it.pull_mode = PullMode::Manual);
    assert_eq!(played.shown(), "1.1 completed, 1.2 queued, 2 queued => in_progress");
    assert_eq!(played.state.choice, Some(step("1.1")));
    assert_eq!(played.ask(Request::Choose { choice: Choice::SameBranch }), "chosen began");
    played.finish();
    assert_eq!(played.branches(), "1.1 1.2 on main");
    assert!(played.state.branches[0].request.is_none());
    assert_eq!(
        played.ask(Request::Choose { choice: Choice::StackedRequest }),
        "chosen queued began"
    );
    played.finish();
    assert_eq!(played.branches(), "1.1 1.2 on main, 2 on 1.1");
    assert!(
        played.state.branches[0].request.is_some() && played.state.branches[1].request.is_none()
    );
    assert_eq!(played.ask(Request::Choose { choice: Choice::CancelRest }), "chosen");
    assert_eq!(
        played.ask(Request::Choose { choice: Choice::CancelRest }),
        "nobody is asked how to go on"
    );
}

#[test]
fn a_new_branch_goes_on_where_the_one_before_ended() {
    let mut played = done(|it| it.pull_mode = PullMode::Manual);
    played.ask(Request::Choose { choice: Choice::NewBranch });
    played.finish();
    assert_eq!(played.branches(), "1.1 on main, 1.2 on 1.1");
    assert_eq!(played.ask(Request::Choose { choice: Choice::CancelRest }), "chosen dequeued");
    assert_eq!(
        played.shown(),
        "1.1 completed, 1.2 completed, 2 not_started => partially_completed"
    );
}

#[test]
fn people_talk_while_a_choice_is_open_and_steps_wait() {
    let mut played = done(|it| it.pull_mode = PullMode::Manual);
    assert_eq!(played.ask(Request::Say { text: "Which?".to_owned() }), "queued began");
    played.finish();
    assert_eq!(played.shown(), "1.1 completed, 1.2 queued, 2 queued => in_progress");
}

#[test]
fn a_draft_is_ready_when_its_steps_are_completed() {
    let mut played = Played::approved(|it| it.opening = Opening::Draft);
    played.execute(ExecuteTarget::Next);
    played.finish();
    assert_eq!(played.state.branches[0].readiness, Readiness::Draft);
    played.execute(ExecuteTarget::Next);
    played.finish();
    let branch = played.state.branches[0].id;
    assert_eq!(played.effects, [Effect::MarkReady { branch }]);
    // Until the forge has answered, a restart asks it again.
    played.fact(Fact::Restarted);
    assert_eq!(played.effects, [Effect::MarkReady { branch }]);
    assert_eq!(played.fact(Fact::BecameReady { branch }), "became_ready");
    assert_eq!(played.fact(Fact::BecameReady { branch }), "that does not happen at this stage");
}

#[test]
fn a_one_shot_pull_request_is_work_in_progress_until_all_is_done() {
    let mut played = Played::approved(|it| it.pace = Pace::OneShot);
    assert_eq!(played.state.title_prefix(None), "[WIP] ");
    played.execute(ExecuteTarget::Through(step("1")));
    played.finish();
    assert_eq!(played.state.branches[0].readiness, Readiness::Draft);
    played.execute(ExecuteTarget::All);
    played.finish();
    assert_eq!(played.state.branches[0].readiness, Readiness::Asked);
    assert_eq!(played.state.title_prefix(played.state.branches.first()), "");
}

#[test]
fn failed_checks_at_the_forge_are_mended_twice() {
    let mut played = done(|_| {});
    assert_eq!(ci(&mut played, CiEnd::Passed), "ci_ended");
    for _ in 0..2 {
        assert_eq!(ci(&mut played, red()), "ci_ended queued began");
        played.finish();
    }
    assert_eq!(ci(&mut played, red()), "ci_ended");
    let branch = played.state.branches[0].id;
    let head = "old".to_owned();
    assert_eq!(
        played.fact(Fact::CiEnded { branch, head, end: red() }),
        format!("branch {branch} does not end with old any more")
    );
}

#[test]
fn nobody_writes_over_a_persons_push_until_a_person_asks() {
    let mut played = done(|_| {});
    let branch = played.state.branches[0].id;
    assert_eq!(
        played.fact(Fact::PersonPushed { branch, head: "theirs".to_owned() }),
        "person_pushed"
    );
    assert_eq!(ci(&mut played, red()), "ci_ended");
    let text = "Rename it".to_owned();
    assert_eq!(played.ask(Request::Revise { branch, text }), "queued began");
    played.until(is_delivering);
    let [Effect::Deliver { delivery, .. }] = &played.effects[..] else {
        panic!("{:?}", played.effects)
    };
    assert_eq!(delivery.target, Target::Existing { branch, head: "theirs".to_owned() });
    played.finish();
    assert_eq!(ci(&mut played, red()), "ci_ended queued began");
}

#[test]
fn a_push_takes_a_queued_mending_out_of_the_queue() {
    let mut played = done(|_| {});
    played.ask(Request::Say { text: "Wait".to_owned() });
    assert_eq!(ci(&mut played, red()), "ci_ended queued");
    let branch = played.state.branches[0].id;
    let fact = Fact::PersonPushed { branch, head: "theirs".to_owned() };
    assert_eq!(played.fact(fact), "person_pushed dequeued");
}

#[test]
fn a_review_becomes_a_revision_of_the_same_branch_and_only_one_at_a_time() {
    let mut played = done(|_| {});
    let branch = played.state.branches[1].id;
    assert_eq!(played.fact(review(branch, "thread/1", "Rename it")), "queued began");
    let refused = format!("a revision of branch {branch} is under way or waits; wait for it");
    assert_eq!(played.fact(review(branch, "thread/2", "And this")), refused);
    let before = played.state.branches[1].clone();
    played.until(is_checking);
    played.finish();
    let after = played.state.branches[1].clone();
    assert_ne!(before.head, after.head);
    assert_eq!((before.name, before.steps), (after.name, after.steps));
    assert_eq!(played.state.branches.len(), 2);
    let branch = BranchId(9999);
    assert_eq!(
        played.fact(Fact::PersonPushed { branch, head: "x".to_owned() }),
        "the session made no branch 9999"
    );
}

#[test]
fn a_review_wakes_a_session_that_fell_asleep_but_none_that_somebody_paused() {
    let mut played = done(|_| {});
    let branch = played.state.branches[0].id;
    played.now = played.state.wake_at().unwrap();
    played.fact(Fact::Elapsed);
    assert_eq!(played.fact(review(branch, "thread/1", "x")), "resumed queued began");
    played.finish();
    played.ask(Request::Pause);
    assert_eq!(played.fact(review(branch, "thread/2", "x")), "queued");
}

#[test]
fn the_order_of_a_comment_is_heard_once_also_by_the_next_server() {
    let mut played = done(|_| {});
    let branch = played.state.branches[0].id;
    played.fact(review(branch, "thread/1", "Rename it"));
    played.finish();
    let [comment, by, why] = ["thread/2", "lin", "there is nothing"].map(str::to_owned);
    let declined = || Fact::OrderDeclined {
        branch,
        comment: comment.clone(),
        by: by.clone(),
        why: why.clone(),
    };
    assert_eq!(played.fact(declined()), "order_declined");
    let again = State::of(&played.events).unwrap();
    assert_eq!(again, played.state);
    for heard in ["thread/1", "thread/2"] {
        let refused = format!("the order of comment {heard} was heard already");
        assert_eq!(played.fact(review(branch, heard, "Rename it")), refused);
    }
    assert_eq!(played.fact(declined()), "the order of comment thread/2 was heard already");
    assert_eq!(played.fact(review(branch, "thread/3", "Rename it")), "queued began");
}

#[test]
fn a_session_whose_branches_are_merged_is_archived() {
    let mut played = done(|_| {});
    let state = BranchState::Merged;
    let [first, second] = [0, 1].map(|it| played.state.branches[it].id);
    assert_eq!(played.fact(Fact::BranchSettled { branch: first, state }), "branch_settled");
    assert_eq!(
        played.ask(Request::Revert { from: step("1.2") }),
        "what step 1.2 changed has been merged; revert it at the forge"
    );
    assert_eq!(
        played.ask(Request::Revise { branch: first, text: "x".to_owned() }),
        format!("branch {first} is merged or closed")
    );
    assert_eq!(
        played.fact(Fact::BranchSettled { branch: second, state }),
        "branch_settled archived"
    );
}

#[test]
fn the_way_to_branches_stays_once_one_is_made() {
    let mut played = Played::approved(|_| {});
    let single = Settings { pull_mode: PullMode::Single, ..played.state.settings.clone() };
    assert_eq!(played.ask(Request::Configure { settings: single.clone() }), "configured");
    played.execute(ExecuteTarget::Next);
    played.finish();
    let stacked = Settings { pull_mode: PullMode::Stacked, ..single.clone() };
    let refused = "branches have been made the way that was chosen before; clone the session to choose another";
    assert_eq!(played.ask(Request::Configure { settings: stacked }), refused);
    let patient = Settings { check_repairs: 9, ..single };
    assert_eq!(played.ask(Request::Configure { settings: patient }), "configured");
}
