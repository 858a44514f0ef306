use std::time::Duration;

use super::*;

fn user(number: u128) -> UserId {
    UserId::from_random(number)
}

#[test]
fn a_pause_interrupts_and_a_resume_goes_on_at_the_same_step() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::All);
    played.until(is_working);
    let fence = played.fence();
    assert_eq!(played.ask(Request::Pause), "paused entered");
    assert_eq!(played.effects, [Effect::Interrupt { fence }]);
    assert_eq!(played.fact(Fact::Stopped { fence }), "ended");
    assert_eq!(played.effects, [Effect::PauseSandbox]);
    assert_eq!(played.shown(), "1.1 queued, 1.2 queued, 2 queued => in_progress");
    assert_eq!(played.ask(Request::Pause), "the session is paused already");
    assert_eq!(played.ask(Request::Resume), "resumed began");
    assert_eq!(played.shown(), "1.1 in_progress, 1.2 queued, 2 queued => in_progress");
    assert_eq!(played.ask(Request::Resume), "the session is not paused");
}

#[test]
fn nothing_begins_while_a_session_is_paused() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::All);
    played.until(is_delivering);
    assert_eq!(played.ask(Request::Pause), "paused");
    assert_eq!(played.fact(Fact::Restarted), "restarted began");
    let fence = played.fence();
    assert_eq!(played.fact(Fact::NotDelivered { fence }), "ended");
    assert_eq!(played.shown(), "1.1 queued, 1.2 queued, 2 queued => in_progress");
    assert_eq!(played.ask(Request::Resume), "resumed began");
}

#[test]
fn a_session_pauses_after_inactivity_and_wakes_at_a_message() {
    let mut played = Played::approved(|it| it.idle = IdleMinutes::try_from(5).unwrap());
    played.execute(ExecuteTarget::Next);
    assert_eq!(played.state.wake_at(), None);
    played.finish();
    assert_eq!(played.state.wake_at(), Some(played.now.after(Duration::from_secs(300))));
    assert_eq!(played.fact(Fact::Elapsed), "it is not time yet");
    played.now = played.state.wake_at().unwrap();
    assert_eq!(played.fact(Fact::Elapsed), "paused");
    assert_eq!(played.effects, [Effect::PauseSandbox]);
    assert_eq!(played.fact(Fact::Elapsed), "it is not time yet");
    assert_eq!(played.ask(Request::Say { text: "Go on".to_owned() }), "resumed queued began");
}

#[test]
fn an_agent_that_waits_for_people_is_inactive_too() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_working);
    let (fence, asked) = (played.fence(), Vec::new());
    played.fact(Fact::QuestionAsked { fence, asked });
    played.now = played.state.wake_at().unwrap();
    assert_eq!(played.fact(Fact::Elapsed), "paused entered");
    assert!(played.state.questions.is_empty());
}

#[test]
fn minutes_of_inactivity_have_bounds() {
    assert_eq!(IdleMinutes::default().duration(), Duration::from_secs(1800));
    for minutes in [0, 241] {
        assert!(IdleMinutes::try_from(minutes).is_err());
        assert!(serde_json::from_value::<IdleMinutes>(minutes.into()).is_err());
    }
}

#[test]
fn a_restart_begins_the_same_step_anew_in_a_fresh_sandbox() {
    for is_there in [is_working, is_checking] {
        let mut played = Played::approved(|_| {});
        played.execute(ExecuteTarget::All);
        played.until(is_there);
        let was = played.state.running.clone().unwrap().work;
        assert_eq!(played.fact(Fact::Restarted), "restarted faltered began");
        let is = played.state.running.clone().unwrap();
        assert_eq!((is.work, is.stage), (was, Stage::Preparing));
        assert_eq!(played.state.sandbox, Sandbox::None);
        played.finish();
        assert_eq!(played.shown(), "1.1 completed, 1.2 completed, 2 completed => completed");
    }
}

#[test]
fn a_step_that_brings_servers_down_is_not_tried_for_ever() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::All);
    for _ in 0..MOST_RETRIES {
        assert_eq!(played.fact(Fact::Restarted), "restarted faltered began");
    }
    assert_eq!(played.fact(Fact::Restarted), "restarted ended dequeued");
    assert_eq!(played.shown(), "1.1 failed, 1.2 not_started, 2 not_started => failed");
}

#[test]
fn a_restart_while_delivering_asks_the_forge_before_anything_is_done_twice() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_delivering);
    assert_eq!(played.fact(Fact::Restarted), "restarted began");
    let [Effect::FindDelivery { .. }] = &played.effects[..] else { panic!("{:?}", played.effects) };
    let fence = played.fence();
    let fact = Fact::Delivered { fence, head: Some("c".to_owned()), request: None };
    assert_eq!(played.fact(fact), "delivered ended");

    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_delivering);
    played.fact(Fact::SandboxLost { why: "gone".to_owned() });
    let fence = played.fence();
    assert_eq!(played.fact(Fact::NotDelivered { fence }), "began");
    played.finish();
    assert_eq!(
        played.shown(),
        "1.1 completed, 1.2 not_started, 2 not_started => partially_completed"
    );
}

fn busy(fence: Fence) -> Fact {
    Fact::Failed { fence, fault: Fault::Passing { why: "the forge is busy".to_owned() } }
}

fn found(played: &Played) -> Delivery {
    let [Effect::FindDelivery { delivery, .. }] = &played.effects[..] else {
        panic!("{:?}", played.effects)
    };
    delivery.clone()
}

fn opened(fence: Fence) -> Fact {
    let request = Some(PullRequest { number: 1, url: "https://forge/1".to_owned() });
    Fact::Delivered { fence, head: Some("c".to_owned()), request }
}

#[test]
fn a_delivery_that_a_busy_forge_cut_short_is_found_again_and_no_agent_works_twice() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_delivering);
    let work = played.state.running.as_ref().unwrap().work.id;
    assert_eq!(played.fact(busy(played.fence())), "faltered");
    // Also a session that is paused sees it to its end.
    assert_eq!(played.ask(Request::Pause), "paused");
    played.now = played.state.wake_at().unwrap();
    assert_eq!(played.fact(Fact::Elapsed), "began");
    assert_eq!(found(&played).work, Some(work));
    assert_eq!(played.fact(busy(played.fence())), "faltered");
    played.fact(Fact::Restarted);
    played.now = played.state.wake_at().unwrap();
    played.fact(Fact::Elapsed);
    assert_eq!(found(&played).work, Some(work));
    assert_eq!(played.fact(opened(played.fence())), "delivered ended");
    assert_eq!(played.branches(), "1.1 on main");
}

#[test]
fn a_step_that_failed_after_its_push_is_delivered_by_the_next_try() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_delivering);
    let Stage::Delivering { delivery: Some(first) } =
        played.state.running.as_ref().unwrap().stage.clone()
    else {
        panic!("{:?}", played.state.running)
    };
    for _ in 0..2 {
        let fault = Fault::Lasting { why: "no such permission".to_owned() };
        assert_eq!(played.fact(Fact::Failed { fence: played.fence(), fault }), "ended");
        assert_eq!(played.ask(Request::Retry { step: step("1.1") }), "queued began");
        assert_eq!(found(&played), first);
    }
    assert_eq!(played.fact(opened(played.fence())), "delivered ended");
    assert_eq!(played.branches(), "1.1 on main");
    let Target::New { name, .. } = first.target else { panic!("{:?}", first.target) };
    assert_eq!(played.state.branches[0].name, name);
}

#[test]
fn what_cannot_go_where_it_was_pushed_is_carried_out_anew() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_delivering);
    let fault = Fault::Lasting { why: "no".to_owned() };
    played.fact(Fact::Failed { fence: played.fence(), fault });
    let settings = Settings::new("other");
    assert_eq!(played.ask(Request::Configure { settings }), "configured");
    played.ask(Request::Retry { step: step("1.1") });
    let [Effect::Prepare { .. }] = &played.effects[..] else { panic!("{:?}", played.effects) };
    played.finish();
    assert_eq!(played.branches(), "1.1 on other");
}

#[test]
fn a_stop_that_a_restart_overtakes_is_done() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_working);
    played.ask(Request::Stop);
    assert_eq!(played.fact(Fact::Restarted), "restarted ended");
    assert_eq!(played.state.status(), Status::Failed);
}

#[test]
fn a_lost_sandbox_is_a_passing_fault() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.until(is_working);
    assert_eq!(
        played.fact(Fact::SandboxLost { why: "out of memory".to_owned() }),
        "sandbox_lost faltered"
    );
    played.finish();
    assert_eq!(played.state.step_state(&step("1.1")), StepState::Completed);
}

#[test]
fn a_session_that_has_cost_what_it_may_pauses_until_it_may_cost_more() {
    let mut played = Played::approved(|it| it.budget = Some(100));
    played.execute(ExecuteTarget::All);
    played.until(is_working);
    let usage = Usage { input_tokens: 5, output_tokens: 7, cost: 100 };
    assert_eq!(played.fact(Fact::Metered { usage }), "metered paused entered");
    assert_eq!(played.state.usage, usage);
    let refused = "the session has cost 100 of 100 millionths of a dollar; raise its budget first";
    assert_eq!(played.ask(Request::Resume), refused);
    assert_eq!(played.ask(Request::Say { text: "Go on".to_owned() }), refused);
    let settings = Settings { budget: Some(200), ..played.state.settings.clone() };
    assert_eq!(played.ask(Request::Configure { settings }), "configured");
    assert_eq!(played.ask(Request::Resume), "resumed");
    played.finish();
    assert_eq!(played.state.status(), Status::Completed);
}

#[test]
fn a_session_whose_owner_has_spent_what_they_may_pauses_and_says_when_that_begins_anew() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::All);
    played.until(is_working);
    let renewed_at = played.now.after(Duration::from_secs(60));
    assert_eq!(played.fact(Fact::UserBudgetSpent { renewed_at }), "paused entered");
    assert_eq!(played.state.lifecycle, Lifecycle::Paused(PauseReason::UserBudget));
    // Requests side by side are refused one after another.
    assert_eq!(played.fact(Fact::UserBudgetSpent { renewed_at }), Refusal::OutOfTurn.to_string());
    // More may have been allowed meanwhile, which only the next request finds out.
    assert_eq!(played.ask(Request::Resume), "resumed");
    played.finish();
    assert_eq!(played.state.status(), Status::Completed);
}

#[test]
fn only_those_who_take_part_may_ask() {
    let mut played = Played::new(|_| {});
    let say = || Request::Say { text: "Hello".to_owned() };
    let refused = played.apply(Command::Request { by: user(2), request: say() });
    assert_eq!(refused, Refusal::NotShared { user: user(2) }.to_string());
    assert_eq!(played.ask(Request::Share { with: user(2) }), "shared");
    assert_eq!(played.apply(Command::Request { by: user(2), request: say() }), "queued began");
    let refused = Refusal::SharedAlready { user: user(2) }.to_string();
    assert_eq!(played.ask(Request::Share { with: user(2) }), refused);
}

#[test]
fn an_archived_session_is_left_in_peace() {
    let mut played = Played::approved(|_| {});
    assert_eq!(played.ask(Request::Unarchive), "the session is not archived");
    assert_eq!(played.ask(Request::Archive), "archived");
    assert_eq!(played.effects, [Effect::DestroySandbox]);
    assert_eq!(played.execute(ExecuteTarget::All), "the session is archived; unarchive it first");
    assert_eq!(played.ask(Request::Unarchive), "unarchived");
    assert_eq!(played.execute(ExecuteTarget::All), "queued queued queued began");
    let refused = "something is under way or waits; stop it first";
    assert_eq!(played.ask(Request::Archive), refused);
}

#[test]
fn a_clone_has_the_plan_and_nothing_done() {
    let mut played = Played::approved(|it| it.pull_mode = PullMode::Single);
    played.execute(ExecuteTarget::All);
    played.finish();
    let id = AgentSessionId::from_random(9);
    let clone = State::of(&played.state.clone_as(id, user(2), played.now)).unwrap();
    assert_eq!(clone.origin, Origin::CloneOf { session: played.state.id });
    assert_eq!((clone.version(), clone.plan.as_ref().unwrap().text()), (1, PLAN));
    assert_eq!((clone.status(), clone.phase), (Status::NotStarted, Phase::Planning));
    assert_eq!(clone.settings.pull_mode, PullMode::Single);
    assert!(clone.people.contains(&user(2)) && !clone.people.contains(&ada()));
}

#[test]
fn a_visit_readies_a_sandbox_and_does_nothing_else() {
    let mut played = Played::approved(|_| {});
    assert_eq!(played.ask(Request::Visit), "queued began");
    assert!(matches!(played.effects[..], [Effect::Prepare { task: Task::Visit, .. }]));
    assert_eq!(played.ask(Request::Visit), "", "it is coming already");
    let fence = played.fence();
    assert_eq!(played.fact(Fact::Prepared { fence, warning: None }), "prepared ended");
    assert_eq!(played.effects, []);
    assert_eq!(played.state.sandbox, Sandbox::Up);
    assert_eq!(played.shown(), "1.1 not_started, 1.2 not_started, 2 not_started => not_started");
    assert_eq!(played.ask(Request::Visit), "", "it is there");
}

#[test]
fn a_visit_wakes_what_fell_asleep_and_nothing_that_somebody_paused() {
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::All);
    played.until(is_working);
    let fence = played.fence();
    played.ask(Request::Pause);
    played.fact(Fact::Stopped { fence });
    assert_eq!(played.ask(Request::Visit), "somebody paused the session; resume it first");
    let mut played = Played::approved(|_| {});
    played.execute(ExecuteTarget::Next);
    played.finish();
    played.now = played.state.wake_at().unwrap();
    played.fact(Fact::Elapsed);
    assert_eq!(played.ask(Request::Visit), "resumed queued began");
}
