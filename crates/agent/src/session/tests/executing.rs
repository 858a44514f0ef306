use super::*;

#[test]
fn the_next_step_is_the_first_that_is_not_done() {
    let mut played = Played::approved(|_| {});
    assert_eq!(played.execute(ExecuteTarget::Next), "queued began");
    played.finish();
    assert_eq!(
        played.shown(),
        "1.1 completed, 1.2 not_started, 2 not_started => partially_completed"
    );
    played.execute(ExecuteTarget::Next);
    played.finish();
    assert_eq!(
        played.shown(),
        "1.1 completed, 1.2 completed, 2 not_started => partially_completed"
    );
}

#[test]
fn a_parent_stands_for_the_steps_within_it() {
    let mut played = Played::approved(|_| {});
    assert_eq!(played.execute(ExecuteTarget::Step(step("1"))), "queued queued began");
    assert_eq!(played.state.step_state(&step("1")), StepState::InProgress);
    played.finish();
    assert_eq!(played.state.step_state(&step("1")), StepState::Completed);
}

#[test]
fn a_later_step_comes_with_all_before_it_or_not_at_all() {
    let mut played = Played::approved(|_| {});
    assert_eq!(
        played.execute(ExecuteTarget::Step(step("2"))),
        "step 1.1 comes before step 2 and has not been carried out; carry out both"
    );
    assert_eq!(played.execute(ExecuteTarget::Through(step("1.2"))), "queued queued began");
    assert_eq!(played.execute(ExecuteTarget::Step(step("2"))), "queued");
    assert_eq!(played.shown(), "1.1 in_progress, 1.2 queued, 2 queued => in_progress");
    let refused = "all of these steps are completed, under way or queued";
    assert_eq!(played.execute(ExecuteTarget::All), refused);
    assert_eq!(played.execute(ExecuteTarget::Step(step("3"))), "the plan has no step 3");
}

#[test]
fn executing_approves_the_plan_that_was_seen() {
    let mut played = Played::new(|_| {});
    assert_eq!(
        played.execute(ExecuteTarget::All),
        "there is no plan yet; say what you want to change"
    );
    played.ask(Request::SavePlan { expected_version: 0, text: PLAN.to_owned() });
    assert_eq!(played.execute(ExecuteTarget::Next), "plan_approved queued began");
    assert_eq!(
        played.ask(Request::Approve { expected_version: 1 }),
        "the plan is approved already"
    );
}

#[test]
fn a_failing_check_goes_back_to_the_agent_twice_and_then_to_a_person() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::All);
    played.until(is_checking);
    for _ in 0..2 {
        let (fence, failures) = (played.fence(), vec![failure("2")]);
        assert_eq!(played.fact(Fact::ChecksEnded { fence, failures }), "checked entered");
        let [Effect::Prompt { prompt: Prompt::Repair { failures }, .. }] = &played.effects[..]
        else {
            panic!("{:?}", played.effects)
        };
        assert_eq!(failures, &[failure("2")]);
        played.until(is_checking);
    }
    let (fence, failures) = (played.fence(), vec![failure("2")]);
    assert_eq!(played.fact(Fact::ChecksEnded { fence, failures }), "checked ended");
    assert_eq!(played.shown(), "1.1 completed, 1.2 completed, 2 failed => failed");
}

#[test]
fn a_failing_check_that_is_repaired_lets_its_step_complete() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::All);
    played.until(is_checking);
    let (fence, failures) = (played.fence(), vec![failure("2")]);
    played.fact(Fact::ChecksEnded { fence, failures });
    played.finish();
    assert_eq!(played.shown(), "1.1 completed, 1.2 completed, 2 completed => completed");
}

#[test]
fn a_step_that_fails_takes_those_after_it_out_of_the_queue() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::All);
    played.until(is_working);
    let (fence, fault) = (played.fence(), Fault::Lasting { why: "401".to_owned() });
    assert_eq!(played.fact(Fact::Failed { fence, fault }), "ended dequeued");
    assert_eq!(played.shown(), "1.1 failed, 1.2 not_started, 2 not_started => failed");
    assert_eq!(played.ask(Request::Retry { step: step("1.2") }), "step 1.2 has not failed");
    assert_eq!(played.ask(Request::Retry { step: step("1.1") }), "queued began");
    played.finish();
    assert_eq!(
        played.shown(),
        "1.1 completed, 1.2 not_started, 2 not_started => partially_completed"
    );
}

#[test]
fn a_stop_fails_the_step_once_nothing_of_it_runs_and_empties_the_queue() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::All);
    played.until(is_working);
    let fence = played.fence();
    assert_eq!(played.ask(Request::Stop), "dequeued entered");
    assert_eq!(played.effects, [Effect::Interrupt { fence }]);
    assert_eq!(played.execute(ExecuteTarget::Next), "queued");
    assert_eq!(played.fact(Fact::AgentEnded { fence }), "that does not happen at this stage");
    assert_eq!(played.fact(Fact::Stopped { fence }), "ended dequeued");
    assert_eq!(played.shown(), "1.1 failed, 1.2 not_started, 2 not_started => failed");
    assert_eq!(
        played.ask(Request::Stop),
        "nothing is under way and nothing waits, so there is nothing to stop"
    );
}

#[test]
fn a_delivery_is_not_torn_by_a_stop() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::All);
    played.until(is_delivering);
    assert_eq!(played.ask(Request::Stop), "dequeued");
    let refused = "what is under way is being delivered or stopped already; wait for it";
    assert_eq!(played.ask(Request::Stop), refused);
    played.finish();
    assert_eq!(
        played.shown(),
        "1.1 completed, 1.2 not_started, 2 not_started => partially_completed"
    );
}

#[test]
fn what_an_earlier_attempt_says_is_refused() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_working);
    let fence = played.fence();
    played.fact(Fact::Restarted);
    played.until(is_working);
    assert_eq!(played.fact(Fact::AgentEnded { fence }), format!("attempt {fence} is over"));
}

#[test]
fn a_passing_fault_is_tried_again_later_each_time() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::All);
    let mut waits = Vec::new();
    loop {
        played.until(is_working);
        let (fence, fault) = (played.fence(), Fault::Passing { why: "529".to_owned() });
        if played.fact(Fact::Failed { fence, fault }) != "faltered" {
            break;
        }
        let until = played.state.wake_at().unwrap();
        waits.push(until.since(played.now).as_secs());
        assert_eq!(played.fact(Fact::Elapsed), "it is not time yet");
        played.now = until;
        assert_eq!(played.fact(Fact::Elapsed), "began");
    }
    assert_eq!(waits, [10, 20, 40, 80, 160]);
    assert_eq!(played.shown(), "1.1 failed, 1.2 not_started, 2 not_started => failed");
}

#[test]
fn a_step_without_changes_completes_without_a_commit() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_delivering);
    let fence = played.fence();
    let fact = Fact::Delivered { fence, head: None, request: None };
    assert_eq!(played.fact(fact), "delivered ended");
    assert_eq!(played.state.progress[&step("1.1")], Progress::Completed { commit: None });
    assert!(played.state.branches.is_empty());
}

#[test]
fn an_agents_own_commits_are_undone() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_working);
    let (fence, from, to) = (played.fence(), "a".to_owned(), "b".to_owned());
    assert_eq!(played.fact(Fact::HeadMoved { fence, from, to }), "head_moved");
    assert_eq!(played.effects, [Effect::UndoCommits { fence, to: "a".to_owned() }]);
}

#[test]
fn completed_steps_are_taken_back_with_those_after_them() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::All);
    assert_eq!(
        played.ask(Request::Revert { from: step("1.2") }),
        "something is under way or waits; stop it first"
    );
    played.finish();
    let head = played.state.progress[&step("1.1")].commit().unwrap().to_owned();
    assert_eq!(played.ask(Request::Revert { from: step("1.2") }), "queued began");
    played.until(is_delivering);
    let [Effect::Revert { resets, .. }] = &played.effects[..] else {
        panic!("{:?}", played.effects)
    };
    let heads: Vec<_> = resets.iter().map(|it| it.head.clone()).collect();
    assert_eq!(heads, [Some(head), None]);
    played.finish();
    assert_eq!(
        played.shown(),
        "1.1 completed, 1.2 not_started, 2 not_started => partially_completed"
    );
    assert_eq!(played.branches(), "1.1 on main");
    assert_eq!(played.ask(Request::Revert { from: step("2") }), "no step from 2 on is completed");
}
