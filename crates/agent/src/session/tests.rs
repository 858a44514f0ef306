mod asking;
mod branches;
mod executing;
mod lifecycle;
mod planning;
mod properties;
mod wire;

use model::{
    id::{AgentSessionId, UserId},
    job::Moment,
    time::Timestamp,
};

use super::*;
use crate::plan::StepNumber;

/// Two top-level steps, of which the first has two within it; the last has a check.
const PLAN: &str = "# Limits\n\n## 1. Count\n### 1.1 Add\n### 1.2 Show\n## 2. Refuse\n```bash {check}\ntrue\n```\n";

fn ada() -> UserId {
    UserId::from_random(1)
}

fn step(number: &str) -> StepNumber {
    number.parse().unwrap()
}

/// A session that a test plays: its state, all of its events, and the effects of the last command.
struct Played {
    state: State,
    events: Vec<Event>,
    effects: Vec<Effect>,
    now: Timestamp,
}

impl Played {
    fn new(change: impl FnOnce(&mut Settings)) -> Self {
        let mut settings = Settings::new("main");
        change(&mut settings);
        let now = Timestamp::from_millis(0);
        let opened = State::open(AgentSessionId::from_random(0xabc << 116), ada(), settings, now);
        let state = State::begin(&opened).unwrap();
        Self { state, events: vec![opened], effects: Vec::new(), now }
    }

    /// With a plan that is approved.
    fn approved(change: impl FnOnce(&mut Settings)) -> Self {
        let mut played = Self::new(change);
        played.ask(Request::SavePlan { expected_version: 0, text: PLAN.to_owned() });
        played.ask(Request::Approve { expected_version: 1 });
        played
    }

    /// The names of the events, or the refusal.
    fn apply(&mut self, command: Command) -> String {
        let moment = Moment { now: self.now, draw: u32::MAX };
        match apply(&self.state, command, moment) {
            Ok(events) => {
                self.effects.clear();
                let names: Vec<_> = events.iter().map(name).collect();
                for event in events {
                    let before = self.state.clone();
                    self.state.fold(&event);
                    self.effects.extend(effects(&before, &event, &self.state));
                    self.events.push(event);
                }
                names.join(" ")
            }
            Err(refusal) => refusal.to_string(),
        }
    }

    fn ask(&mut self, request: Request) -> String {
        self.apply(Command::Request { by: ada(), request })
    }

    fn fact(&mut self, fact: Fact) -> String {
        self.apply(Command::Fact(fact))
    }

    fn fence(&self) -> Fence {
        self.state.running.as_ref().unwrap().fence
    }

    fn execute(&mut self, target: ExecuteTarget) -> String {
        let expected_version = self.state.version();
        self.ask(Request::Execute { expected_version, target })
    }

    /// What happens next to what runs, if all goes well.
    fn next_fact(&mut self) -> Option<Fact> {
        let Running { fence, stage, .. } = self.state.running.clone()?;
        Some(match stage {
            Stage::Preparing => Fact::Prepared { fence, warning: None },
            Stage::Working { .. } => Fact::AgentEnded { fence },
            Stage::Checking => Fact::ChecksEnded { fence, failures: Vec::new() },
            Stage::Delivering { delivery: Some(delivery) } => {
                let number = self.state.seq;
                let request = PullRequest { number, url: format!("https://forge/{number}") };
                let has_request = delivery.request != RequestOrder::Nothing;
                let head = Some(format!("commit-{number}"));
                Fact::Delivered { fence, head, request: has_request.then_some(request) }
            }
            Stage::Delivering { delivery: None } => Fact::Reverted { fence },
            Stage::Recovering { .. } => Fact::NotDelivered { fence },
            Stage::Waiting { until, .. } => {
                self.now = self.now.max(until);
                Fact::Elapsed
            }
            Stage::Stopping { .. } => Fact::Stopped { fence },
        })
    }

    /// Lets the work under way go well until it is in such a stage, or nothing runs.
    fn until(&mut self, is_there: impl Fn(&Stage) -> bool) {
        while let Some(running) = &self.state.running
            && !is_there(&running.stage)
            && let Some(fact) = self.next_fact()
        {
            self.fact(fact);
        }
    }

    /// Lets all work go well until nothing runs.
    fn finish(&mut self) {
        self.until(|_| false);
    }

    /// The states of the steps that are carried out, in order, and of the session.
    fn shown(&self) -> String {
        let steps =
            self.state.leaves().map(|it| format!("{it} {}", word(&self.state.step_state(&it))));
        let steps: Vec<_> = steps.collect();
        format!("{} => {}", steps.join(", "), word(&self.state.status()))
    }

    /// Branches by the steps that they hold: `1.1 1.2 on main, 2 on 1.1`.
    fn branches(&self) -> String {
        let held =
            |it: &Branch| it.steps.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        let base = |name: &str| {
            let based_on = self.state.branches.iter().find(|it| it.name == name);
            based_on.map_or_else(
                || name.to_owned(),
                |it| it.steps.first().map(ToString::to_string).unwrap(),
            )
        };
        let shown =
            self.state.open_branches().map(|it| format!("{} on {}", held(it), base(&it.base)));
        shown.collect::<Vec<_>>().join(", ")
    }
}

fn name(event: &Event) -> String {
    serde_json::to_value(event).unwrap()["event"].as_str().unwrap().to_owned()
}

/// As the wire has it.
fn word(value: &impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

fn is_working(stage: &Stage) -> bool {
    matches!(stage, Stage::Working { .. })
}

fn is_checking(stage: &Stage) -> bool {
    *stage == Stage::Checking
}

fn is_delivering(stage: &Stage) -> bool {
    matches!(stage, Stage::Delivering { .. })
}

fn failure(number: &str) -> CheckFailure {
    CheckFailure { step: step(number), line: 7, output: "no".to_owned() }
}
