//! What holds whatever people, agents, forges and servers do.

use proptest::prelude::*;

use super::*;

/// Two numbers become a command that mostly means something in the state at hand.
fn command(played: &mut Played, kind: u8, pick: u8) -> Command {
    if let Some(request) = request(&played.state, kind, pick) {
        return Command::Request { by: ada(), request };
    }
    let fence = played.state.running.as_ref().map_or(Fence(1), |it| it.fence);
    let branches = &played.state.branches;
    let branch = branches.get(usize::from(pick) % branches.len().max(1));
    let id = branch.map_or(BranchId(1), |it| it.id);
    let head = branch.map_or_else(String::new, |it| it.head.clone());
    let why = "x".to_owned();
    let fact = match kind {
        24 => Fact::ApprovalAsked {
            fence,
            call: ToolCall {
                id: why.clone(),
                tool: why.clone(),
                input: why.clone(),
                pattern: Some(why),
            },
        },
        25 => Fact::QuestionAsked { fence, asked: vec![Asked { text: why, options: Vec::new() }] },
        26 => Fact::ChecksEnded { fence, failures: vec![failure("2")] },
        27 => Fact::HeadMoved { fence, from: why.clone(), to: why },
        28 => Fact::Delivered { fence, head: None, request: None },
        29 if pick.is_multiple_of(2) => Fact::Failed { fence, fault: Fault::Passing { why } },
        29 => Fact::Failed { fence, fault: Fault::Lasting { why } },
        30 => Fact::Stopped { fence },
        31 => Fact::BecameReady { branch: id },
        32 => {
            Fact::CiEnded { branch: id, head, end: CiEnd::Failed { check: why.clone(), log: why } }
        }
        33 => Fact::PersonPushed { branch: id, head: format!("person-{pick}") },
        34 if pick.is_multiple_of(2) => {
            let comment = format!("thread/{pick}");
            Fact::Reviewed { branch: id, comment, by: why.clone(), text: why }
        }
        34 => {
            let comment = format!("thread/{pick}");
            Fact::OrderDeclined { branch: id, comment, by: why.clone(), why }
        }
        35 if pick.is_multiple_of(2) => {
            Fact::BranchSettled { branch: id, state: BranchState::Merged }
        }
        35 => Fact::BranchSettled { branch: id, state: BranchState::Closed },
        36 => Fact::Metered {
            usage: Usage { input_tokens: 1, output_tokens: 1, cost: u64::from(pick) },
        },
        37 => Fact::Restarted,
        38 => Fact::SandboxLost { why },
        39 => Fact::Planned { fence, text: plan(pick) },
        40 => {
            played.now = played.state.wake_at().unwrap_or(played.now);
            Fact::Elapsed
        }
        44 => Fact::UserBudgetSpent { renewed_at: played.now },
        42 => Fact::Said { fence, text: why },
        43 => Fact::Noted { fence, note: Note::Progress { text: why } },
        41 => Fact::Prepared { fence: Fence(u64::from(pick)), warning: None },
        _ => played.next_fact().unwrap_or(Fact::Elapsed),
    };
    Command::Fact(fact)
}

fn request(state: &State, kind: u8, pick: u8) -> Option<Request> {
    let expected_version = state.version();
    let steps: Vec<_> =
        state.plan.iter().flat_map(|it| it.steps()).map(|it| it.number.clone()).collect();
    let step = steps
        .get(usize::from(pick) % steps.len().max(1))
        .cloned()
        .unwrap_or_else(StepNumber::first);
    let text = "x".to_owned();
    let branch = state.branches.get(usize::from(pick) % state.branches.len().max(1));
    let choices =
        [Choice::StackedRequest, Choice::SameBranch, Choice::NewBranch, Choice::CancelRest];
    Some(match kind {
        0 => Request::Say { text },
        1 => Request::SavePlan { expected_version, text: plan(pick) },
        2 => Request::EditStep { expected_version, step, text: format!("Title {pick}\n\nBody") },
        3 => Request::DeleteStep { expected_version, step },
        4 => Request::RollBack { expected_version, to: u32::from(pick) % (expected_version + 1) },
        5 => Request::Accept { proposal: state.proposal.as_ref()?.id },
        6 => Request::Comment { step, text },
        7 => Request::Approve { expected_version },
        8 => Request::Execute { expected_version, target: ExecuteTarget::Next },
        9 => Request::Execute { expected_version, target: ExecuteTarget::Step(step) },
        10 => Request::Execute { expected_version, target: ExecuteTarget::Through(step) },
        11 => Request::Execute { expected_version, target: ExecuteTarget::All },
        12 => Request::Retry { step },
        13 => Request::Stop,
        14 => Request::Revert { from: step },
        15 => Request::Revise { branch: branch?.id, text },
        16 if pick.is_multiple_of(2) => Request::Decide {
            approval: state.approvals.first()?.id,
            decision: Decision::AllowForSession,
        },
        16 => Request::Answer { question: state.questions.first()?.id, answers: vec![text] },
        17 => Request::Choose { choice: choices[usize::from(pick) % 4] },
        18 => Request::Pause,
        19 => Request::Resume,
        20 => Request::Archive,
        21 if pick.is_multiple_of(2) => Request::Visit,
        21 => Request::Unarchive,
        22 => Request::Share { with: UserId::from_random(u128::from(pick)) },
        23 => {
            let budget = (pick.is_multiple_of(2)).then_some(u64::from(pick));
            Request::Configure { settings: Settings { budget, ..state.settings.clone() } }
        }
        _ => return None,
    })
}

fn plan(pick: u8) -> String {
    match pick % 4 {
        0 => PLAN.to_owned(),
        1 => PLAN.replace("Refuse", "Reject"),
        2 => format!("{PLAN}## 3. More\n"),
        _ => "## 1. Alone\n".to_owned(),
    }
}

/// What is true of every state.
fn check(played: &Played) {
    let state = &played.state;
    // What is done comes first, then what runs, then what waits, in the order of the plan and of the queue.
    let leaves: Vec<_> = state.leaves().collect();
    let done = leaves.iter().take_while(|it| state.is_completed(it));
    let queued = state.queue.iter().filter_map(|it| it.task.step());
    let in_turn: Vec<_> = done.chain(state.running_step()).chain(queued).collect();
    assert_eq!(in_turn, leaves.iter().take(in_turn.len()).collect::<Vec<_>>());
    assert!(leaves.iter().skip(in_turn.len()).all(|it| !state.is_completed(it)));
    assert!(state.progress.keys().all(|it| leaves.contains(it)));

    let works = state.queue.iter().chain(state.running.as_ref().map(|it| &it.work));
    let mut revised: Vec<_> = works.filter_map(|it| it.task.revises()).collect();
    let revisions = revised.len();
    revised.sort();
    revised.dedup();
    assert_eq!(revised.len(), revisions, "two revisions of one branch");

    let is_working = state.running.as_ref().is_some_and(|it| is_working(&it.stage));
    assert!(is_working || state.approvals.is_empty() && state.questions.is_empty());
    let is_active = state.lifecycle == Lifecycle::Active;
    let may_begin = state.queue.iter().any(|it| state.choice.is_none() || it.task.step().is_none());
    assert!(!(is_active && may_begin && state.running.is_none()), "work waits and nothing runs");
    assert!(state.lifecycle != Lifecycle::Archived || state.running.is_none());
    let is_paused = matches!(state.lifecycle, Lifecycle::Paused(_));
    assert!(!is_paused || state.running.as_ref().is_none_or(|it| is_ending(&it.stage)));
    assert!(state.versions.iter().zip(1..).all(|(it, number)| it.number == number));
}

/// Whatever begins is somebody's duty, or waits for its time.
fn check_effects(played: &Played, was: Option<&Running>) {
    let Some(is) = &played.state.running else { return };
    let is_same = was.is_some_and(|was| (was.fence, &was.stage) == (is.fence, &is.stage));
    if is_same || matches!(is.stage, Stage::Waiting { .. }) {
        return;
    }
    let named = format!("{:?}", is.fence);
    let is_done = |it: &Effect| format!("{it:?}").contains(&named);
    assert!(played.effects.iter().any(is_done), "nobody does {:?}", is.stage);
}

fn is_ending(stage: &Stage) -> bool {
    let is_stopping = matches!(stage, Stage::Stopping { .. });
    let is_tried_again = matches!(stage, Stage::Waiting { delivery: Some(_), .. });
    let is_delivering = matches!(stage, Stage::Delivering { .. } | Stage::Recovering { .. });
    is_stopping || is_tried_again || is_delivering
}

/// In an active session each of the facts that may follow leads on, until nothing is left to do.
fn settle(played: &mut Played) {
    let settings = Settings { budget: None, ..played.state.settings.clone() };
    played.ask(Request::Unarchive);
    played.ask(Request::Configure { settings });
    played.ask(Request::Resume);
    for _ in 0..500 {
        if played.state.choice.is_some() {
            played.ask(Request::Choose { choice: Choice::SameBranch });
        }
        let Some(fact) = played.next_fact() else { break };
        let seq = played.state.seq;
        let said = played.fact(fact);
        assert!(played.state.seq > seq, "nothing happens: {said}");
        check(played);
    }
    assert!(played.state.running.is_none() && played.state.queue.is_empty(), "{:?}", played.state);
}

/// A stop, and the sandbox's word that nothing runs any more, end everything.
fn stop(mut played: Played) {
    played.ask(Request::Unarchive);
    let is_busy = played.state.running.is_some();
    played.ask(Request::Stop);
    assert!(played.state.queue.is_empty());
    if is_busy && let Some(fact) = played.next_fact() {
        played.fact(fact);
    }
    // A delivery that turns out not to have happened is the one thing that begins anew.
    let is_again = |it: &Running| it.stage == Stage::Preparing;
    assert!(played.state.running.as_ref().is_none_or(is_again), "{:?}", played.state.running);
}

proptest! {
    #[test]
    fn every_session_keeps_its_promises(
        commands in prop::collection::vec((0..60_u8, any::<u8>()), 0..80),
        mode in 0..4_u8,
    ) {
        let mut played = Played::new(|it| {
            it.pull_mode = [PullMode::Stacked, PullMode::Single, PullMode::Manual][usize::from(mode % 3)];
            it.pace = if mode == 3 { Pace::OneShot } else { Pace::Reviewed };
            it.opening = if mode == 1 { Opening::Draft } else { Opening::Ready };
        });
        played.ask(Request::SavePlan { expected_version: 0, text: PLAN.to_owned() });
        for (kind, pick) in commands {
            let command = command(&mut played, kind, pick);
            let before = played.events.len();
            let was = played.state.running.clone();
            played.apply(command);
            check(&played);
            check_effects(&played, was.as_ref());
            // What was stored reads back as it was, and adds up to the same state.
            for event in &played.events[before..] {
                let stored = serde_json::to_string(event).unwrap();
                prop_assert_eq!(&serde_json::from_str::<Event>(&stored).unwrap(), event);
            }
        }
        let again = State::of(&played.events).unwrap();
        prop_assert_eq!(&again, &played.state);
        prop_assert!(played.events.iter().zip(1..).all(|(it, seq)| it.seq == seq));
        stop(Played { state: again, events: played.events.clone(), effects: Vec::new(), now: played.now });
        settle(&mut played);
    }
}
