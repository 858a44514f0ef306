//! The shape in which events are stored. What was stored once must read back for ever, so a row may be added here,
//! and none may change.

use super::*;
use crate::harness::{Diff, Hunk};

#[track_caller]
fn check((kind, expected): (EventKind, &str)) {
    let event = Event { seq: 8, at: Timestamp::from_millis(0), kind };
    let expected = format!(r#"{{"seq":8,"at":"1970-01-01T00:00:00.000Z",{expected}}}"#);
    assert_eq!(serde_json::to_string(&event).unwrap(), expected);
    assert_eq!(serde_json::from_str::<Event>(&expected).unwrap(), event);
}

#[test]
fn events_of_sessions_and_plans_have_the_shape_in_which_they_are_stored() {
    let by = ada();
    let rows: Vec<(EventKind, &str)> = vec![
        (
            LifeEvent::Opened {
                id: AgentSessionId::from_random(5),
                owner: by,
                settings: Settings::new("main"),
                from: Origin::New,
            }
            .into(),
            r#""event":"opened","id":"agent_00000000000000000000000000000005","owner":"user_00000000000000000000000000000001","settings":{"target_branch":"main","pull_mode":"stacked","opening":"ready","pace":"reviewed","check_repairs":2,"ci_attempts":2,"idle":30,"budget":null},"from":{"origin":"new"}"#,
        ),
        (
            LifeEvent::Paused { by: None, reason: PauseReason::Idle, until: None }.into(),
            r#""event":"paused","by":null,"reason":"idle""#,
        ),
        (
            LifeEvent::Paused {
                by: None,
                reason: PauseReason::UserBudget,
                until: Some(Timestamp::from_millis(1_795_222_800_000)),
            }
            .into(),
            r#""event":"paused","by":null,"reason":"user_budget","until":"2026-11-21T01:00:00.000Z""#,
        ),
        (LifeEvent::Restarted.into(), r#""event":"restarted""#),
        (
            PlanEvent::PlanSaved {
                version: 2,
                text: "A\n".to_owned(),
                by: Author::Rollback { user: by, to: 1 },
            }
            .into(),
            r#""event":"plan_saved","version":2,"text":"A\n","by":{"author":"rollback","user":"user_00000000000000000000000000000001","to":1}"#,
        ),
    ];
    rows.into_iter().for_each(check);
}

#[test]
fn events_of_work_have_the_shape_in_which_they_are_stored() {
    let (fence, work, by) = (Fence(4), WorkId(3), ada());
    let delivered = Delivered {
        branch: BranchId(9),
        name: "runbook/abc-2-1f2e3d".to_owned(),
        base: "main".to_owned(),
        head: "c0ffee".to_owned(),
        request: Some(PullRequest { number: 7, url: "https://forge/7".to_owned() }),
        opening: Opening::Draft,
    };
    let call = ToolCall {
        id: "toolu_1".to_owned(),
        tool: "Bash".to_owned(),
        input: "make".to_owned(),
        pattern: None,
    };
    let rows: Vec<(EventKind, &str)> = vec![
        (
            WorkEvent::Queued {
                by: Some(by),
                place: Place::Last,
                task: Task::Step { step: step("1.2") },
            }
            .into(),
            r#""event":"queued","by":"user_00000000000000000000000000000001","place":"last","task":{"task":"step","step":"1.2"}"#,
        ),
        (
            WorkEvent::Began { work, from: Stage::Preparing }.into(),
            r#""event":"began","work":3,"from":{"stage":"preparing"}"#,
        ),
        (
            WorkEvent::Entered {
                fence,
                to: Stage::Working { prompt: Prompt::Repair { failures: vec![failure("2")] } },
            }
            .into(),
            r#""event":"entered","fence":4,"to":{"stage":"working","prompt":{"prompt":"repair","failures":[{"step":"2","line":7,"output":"no"}]}}"#,
        ),
        (
            WorkEvent::Entered { fence, to: Stage::Stopping { then: AfterStop::Requeue } }.into(),
            r#""event":"entered","fence":4,"to":{"stage":"stopping","then":{"then":"requeue"}}"#,
        ),
        (
            WorkEvent::Delivered { fence, change: Some(delivered) }.into(),
            r#""event":"delivered","fence":4,"change":{"branch":9,"name":"runbook/abc-2-1f2e3d","base":"main","head":"c0ffee","request":{"number":7,"url":"https://forge/7"},"opening":"draft"}"#,
        ),
        (
            WorkEvent::Ended {
                work,
                end: End::Failed { failure: Failure::Lasting { why: "401".to_owned() } },
            }
            .into(),
            r#""event":"ended","work":3,"end":{"end":"failed","failure":{"failure":"lasting","why":"401"}}"#,
        ),
        (
            AskEvent::ApprovalAsked { fence, call }.into(),
            r#""event":"approval_asked","fence":4,"call":{"id":"toolu_1","tool":"Bash","input":"make","pattern":null}"#,
        ),
        (
            BranchEvent::CiEnded {
                branch: BranchId(9),
                head: "c0ffee".to_owned(),
                end: CiEnd::Passed,
            }
            .into(),
            r#""event":"ci_ended","branch":9,"head":"c0ffee","end":{"end":"passed"}"#,
        ),
    ];
    rows.into_iter().for_each(check);
}

#[test]
fn events_of_deliveries_and_orders_have_the_shape_in_which_they_are_stored() {
    let (fence, work) = (Fence(4), WorkId(3));
    let rows: Vec<(EventKind, &str)> = vec![
        (
            WorkEvent::Entered {
                fence,
                to: Stage::Delivering {
                    delivery: Some(Delivery {
                        target: Target::New { name: "b".to_owned(), base: "main".to_owned() },
                        request: RequestOrder::Update,
                        work: None,
                    }),
                },
            }
            .into(),
            r#""event":"entered","fence":4,"to":{"stage":"delivering","delivery":{"target":{"target":"new","name":"b","base":"main"},"request":{"request":"update"}}}"#,
        ),
        (
            WorkEvent::Began {
                work,
                from: Stage::Recovering {
                    delivery: Delivery {
                        target: Target::Existing { branch: BranchId(9), head: "c".to_owned() },
                        request: RequestOrder::Nothing,
                        work: Some(work),
                    },
                },
            }
            .into(),
            r#""event":"began","work":3,"from":{"stage":"recovering","delivery":{"target":{"target":"existing","branch":9,"head":"c"},"request":{"request":"nothing"},"work":3}}"#,
        ),
        (
            WorkEvent::Queued {
                by: None,
                place: Place::Last,
                task: Task::Revision {
                    branch: BranchId(9),
                    source: Source::Review { by: "lin".to_owned(), comment: None },
                    text: "x".to_owned(),
                },
            }
            .into(),
            r#""event":"queued","by":null,"place":"last","task":{"task":"revision","branch":9,"source":{"source":"review","by":"lin"},"text":"x"}"#,
        ),
        (
            BranchEvent::OrderDeclined {
                branch: BranchId(9),
                comment: "thread/5".to_owned(),
                by: "lin".to_owned(),
                why: "w".to_owned(),
            }
            .into(),
            r#""event":"order_declined","branch":9,"comment":"thread/5","by":"lin","why":"w""#,
        ),
    ];
    rows.into_iter().for_each(check);
}

#[test]
fn notes_have_the_shape_in_which_they_are_stored() {
    let fence = Fence(4);
    let rows: Vec<(EventKind, &str)> = vec![
        (
            WorkEvent::Noted {
                fence,
                note: Note::ToolJudged {
                    call: "toolu_1".to_owned(),
                    verdict: ToolVerdict::Asked,
                    why: "w".to_owned(),
                },
            }
            .into(),
            r#""event":"noted","fence":4,"note":"tool_judged","call":"toolu_1","verdict":"asked","why":"w""#,
        ),
        (
            WorkEvent::Noted {
                fence,
                note: Note::ToolEnded {
                    call: "toolu_1".to_owned(),
                    output: "ok".to_owned(),
                    failed: false,
                    diff: Some(Diff {
                        path: "a".to_owned(),
                        hunks: vec![Hunk {
                            old_start: 1,
                            old_lines: 0,
                            new_start: 1,
                            new_lines: 1,
                            lines: vec!["+b".to_owned()],
                        }],
                    }),
                },
            }
            .into(),
            r#""event":"noted","fence":4,"note":"tool_ended","call":"toolu_1","output":"ok","failed":false,"diff":{"path":"a","hunks":[{"old_start":1,"old_lines":0,"new_start":1,"new_lines":1,"lines":["+b"]}]}"#,
        ),
    ];
    rows.into_iter().for_each(check);
}
