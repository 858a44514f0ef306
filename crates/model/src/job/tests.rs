use std::time::Duration;

use super::*;
use crate::event::{EventKind, Usage};
use crate::execution::Outcome;

const RETRIED: Rules = Rules { retries: Retries { max: 2, backoff_ms: 1000 }, idempotent: false };
const IDEMPOTENT: Rules = Rules { retries: Retries { max: 0, backoff_ms: 1000 }, idempotent: true };
const ONCE: Rules = Rules { retries: Retries { max: 0, backoff_ms: 1000 }, idempotent: false };

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

fn run(rules: Rules, state: State, commands: &[Command]) -> (State, String) {
    let (mut state, mut log) = (state, Vec::new());
    for command in commands {
        // A day later each time, so that whatever waits is due; the draw makes waits exact.
        let now = at(log.len() as i64 * 86_400_000);
        match apply(state, rules, *command, Moment { now, draw: u32::MAX }) {
            Ok((next, effect)) => {
                log.push(effect.map_or_else(|| "-".to_owned(), |it| format!("{it:?}")));
                state = next;
            }
            Err(rejected) => log.push(rejected.to_string()),
        }
    }
    (state, log.join(", "))
}

/// The only place that calls `apply`; each test below is one row, from a job just queued.
#[track_caller]
fn check(rules: Rules, commands: &[Command], expected: &str) {
    let (state, log) = run(rules, State::queued(at(0)), commands);
    let phase = match state.phase {
        Phase::Queued { .. } => "Queued".to_owned(),
        Phase::Waiting | Phase::Leased | Phase::Running | Phase::Ended(_) => {
            format!("{:?}", state.phase)
        }
    };
    assert_eq!(format!("{log} => {phase}"), expected);
}

const CLAIM: Command = Command::Claim;
const CANCEL: Command = Command::Cancel;

const fn start(fence: i64) -> Command {
    Command::Start { fence }
}

const fn finish(fence: i64, end: AttemptEnd) -> Command {
    Command::Finish { fence, end }
}

const fn expire(fence: i64) -> Command {
    Command::Expire { fence }
}

#[test]
fn a_job_runs_to_its_end() {
    check(
        ONCE,
        &[CLAIM, start(1), finish(1, AttemptEnd::Succeeded)],
        "-, -, Settle => Ended(Succeeded)",
    );
}

#[test]
fn a_job_that_asks_for_no_retries_fails_at_once() {
    check(ONCE, &[CLAIM, start(1), finish(1, AttemptEnd::Failed)], "-, -, Settle => Ended(Failed)");
    check(
        ONCE,
        &[CLAIM, start(1), finish(1, AttemptEnd::TimedOut)],
        "-, -, Settle => Ended(TimedOut)",
    );
}

#[test]
fn a_job_is_dead_when_its_retries_are_used_up() {
    let failed = |fence| [CLAIM, start(fence), finish(fence, AttemptEnd::Failed)];
    let commands = [failed(1), failed(2), failed(3)].concat();
    check(RETRIED, &commands, "-, -, Offer, -, -, Offer, -, -, Settle => Ended(Dead)");
}

#[test]
fn a_lease_lost_before_the_start_puts_the_job_back() {
    check(ONCE, &[CLAIM, expire(1), CLAIM], "-, Offer, - => Leased");
}

#[test]
fn a_lease_lost_after_the_start_is_never_started_again() {
    check(ONCE, &[CLAIM, start(1), expire(1)], "-, -, Settle => Ended(Lost)");
}

#[test]
fn a_lease_lost_after_the_start_is_tried_again_where_the_job_allows_it() {
    for rules in [RETRIED, IDEMPOTENT] {
        check(rules, &[CLAIM, start(1), expire(1)], "-, -, Offer => Queued");
    }
}

#[test]
fn a_job_that_brings_down_its_workers_is_given_up() {
    let commands: Vec<_> = (1..=5).flat_map(|fence| [CLAIM, expire(fence)]).collect();
    let (state, _) = run(ONCE, State::queued(at(0)), &commands);
    assert_eq!(state.phase, Phase::Ended(End::Dead));
    let commands: Vec<_> = (1..=6).flat_map(|fence| [CLAIM, start(fence), expire(fence)]).collect();
    let (state, _) = run(IDEMPOTENT, State::queued(at(0)), &commands);
    assert_eq!(state.phase, Phase::Ended(End::Lost));
}

#[test]
fn a_late_result_of_an_earlier_claim_is_refused() {
    check(
        ONCE,
        &[CLAIM, expire(1), CLAIM, start(1), finish(1, AttemptEnd::Succeeded), start(2)],
        "-, Offer, -, the claim 1 is over, the claim 1 is over, - => Running",
    );
    check(
        ONCE,
        &[CLAIM, start(1), expire(1), finish(1, AttemptEnd::Succeeded)],
        "-, -, Settle, the job has ended => Ended(Lost)",
    );
}

#[test]
fn a_program_that_was_not_announced_cannot_have_run() {
    check(
        ONCE,
        &[CLAIM, finish(1, AttemptEnd::Succeeded)],
        "-, the job is not in a phase in which that can happen => Leased",
    );
}

#[test]
fn a_queued_job_is_cancelled_at_once() {
    check(ONCE, &[CANCEL, CLAIM], "Settle, the job has ended => Ended(Cancelled)");
}

#[test]
fn a_completion_that_races_a_cancellation_counts_as_cancelled() {
    check(
        RETRIED,
        &[CLAIM, start(1), CANCEL, CANCEL, finish(1, AttemptEnd::Succeeded)],
        "-, -, Kill, the job is being cancelled, Settle => Ended(Cancelled)",
    );
}

#[test]
fn a_cancelled_job_is_not_started_any_more() {
    check(
        ONCE,
        &[CLAIM, CANCEL, start(1), finish(1, AttemptEnd::Interrupted)],
        "-, Kill, the job is being cancelled, Settle => Ended(Cancelled)",
    );
    check(IDEMPOTENT, &[CLAIM, CANCEL, expire(1)], "-, Kill, Settle => Ended(Cancelled)");
}

#[test]
fn a_job_that_was_cancelled_after_its_end_stays_as_it_is() {
    check(
        ONCE,
        &[CLAIM, start(1), finish(1, AttemptEnd::Succeeded), CANCEL],
        "-, -, Settle, the job has ended => Ended(Succeeded)",
    );
}

#[test]
fn what_a_worker_hands_back_is_offered_again_unless_it_was_started() {
    let back = Command::HandBack { fence: 1 };
    check(ONCE, &[CLAIM, back, CLAIM], "-, Offer, - => Leased");
    let (state, _) = run(ONCE, State::queued(at(0)), &[CLAIM, back]);
    assert_eq!((state.aborts, state.failures), (0, 0));
    check(ONCE, &[CLAIM, start(1), back], "-, -, Settle => Ended(Lost)");
    check(RETRIED, &[CLAIM, start(1), back, CLAIM], "-, -, Offer, - => Leased");
    check(
        ONCE,
        &[CLAIM, start(1), finish(1, AttemptEnd::Interrupted)],
        "-, -, Settle => Ended(Lost)",
    );
}

#[test]
fn an_order_that_nobody_can_carry_out_fails_without_retries() {
    check(RETRIED, &[CLAIM, finish(1, AttemptEnd::Refused)], "-, Settle => Ended(Failed)");
}

#[test]
fn a_job_waits_for_those_that_it_comes_after() {
    let (state, log) = run(ONCE, State::waiting(), &[CLAIM, Command::Release, CLAIM]);
    assert_eq!(log, "the job is not in a phase in which that can happen, Offer, -");
    assert_eq!(state.phase, Phase::Leased);
    let (state, _) = run(ONCE, State::waiting(), &[Command::Orphan]);
    assert_eq!(state.phase, Phase::Ended(End::Cancelled));
}

#[test]
fn a_job_is_not_taken_before_its_time() {
    let state = State::queued(at(10));
    let moment = Moment { now: at(9), draw: 0 };
    assert_eq!(apply(state, ONCE, Command::Claim, moment), Err(Rejected::NotDue));
}

#[test]
fn waits_double_up_to_an_hour_and_are_spread_over_half_of_it() {
    let second = Duration::from_secs(1);
    let waits = [1, 2, 3, 4].map(|it| delay(second, it, u32::MAX).as_secs());
    assert_eq!(waits, [1, 2, 4, 8]);
    assert_eq!(delay(second, 1, 0), second / 2);
    assert_eq!(delay(second, 99, u32::MAX), Duration::from_secs(3600));
}

#[test]
fn the_one_with_half_of_all_jobs_gets_one_share_of_the_starts() {
    let small = Share { vtime: 0, weight: 1, ready: 500, room: 500 };
    let mut accounts = vec![small; 200];
    accounts[0] = Share { ready: 100_000, room: 100_000, ..small };
    let starts = share(&mut accounts, 2000);
    assert!(starts.iter().all(|it| *it == 10), "{starts:?}");
}

#[test]
fn weights_caps_and_empty_queues_are_kept() {
    let usual = Share { vtime: 0, weight: 1, ready: 100, room: 100 };
    let mut accounts = [
        usual,
        Share { weight: 3, ..usual },
        Share { room: 1, ..usual },
        Share { ready: 0, ..usual },
    ];
    assert_eq!(share(&mut accounts, 41), [10, 30, 1, 0]);
}

#[test]
fn whoever_submits_too_fast_hears_how_long_to_wait() {
    let now = at(1_000_000);
    let mut pace = Pace::default();
    for _ in 0..10 {
        pace = pace.count(10, now).unwrap();
    }
    assert_eq!(pace.count(10, now), Err(Duration::from_secs(6)));
    assert!(pace.count(10, now.after(Duration::from_secs(6))).is_ok());
    assert!(pace.count(10, at(999_000)).is_ok(), "a clock that is set back makes nobody wait");
}

#[test]
fn an_end_is_told_in_one_last_event() {
    let summary =
        Summary::new(&Outcome::Exited { code: 0 }, Usage { cpu_ms: 7, ..Usage::default() });
    let report = Report { end: AttemptEnd::Succeeded, reason: None, summary: Some(summary) };
    for end in End::ALL {
        let state = State { phase: Phase::Ended(end), ..State::waiting() };
        assert!(last_event(state, &report, at(0)).is_last(), "{end:?}");
        assert!(last_event(state, &Report { summary: None, ..report.clone() }, at(0)).is_last());
    }
    let state = State { phase: Phase::Ended(End::Cancelled), ..State::waiting() };
    let EventKind::Result { data } = last_event(state, &report, at(0)) else { panic!("no result") };
    assert_eq!((data.exit_code, data.cpu_ms, data.outcome.name()), (None, 7, "cancelled"));
    let again = State::queued(at(2000));
    assert!(!last_event(again, &report, at(0)).is_last());
}

#[test]
fn an_order_reads_back_as_written_and_stays_small() {
    let order: Order = serde_json::from_str(
        r#"{"language":"python","payload":{"command":"python -c \"print(1+1)\""}}"#,
    )
    .unwrap();
    let expected =
        Payload::Command { command: CommandLine::Shell("python -c \"print(1+1)\"".to_owned()) };
    assert_eq!(order, Order::new(Some("python"), expected));
    let text = serde_json::to_string(&order).unwrap();
    assert_eq!(text, r#"{"language":"python","payload":{"command":"python -c \"print(1+1)\""}}"#);
}

mod schedules {
    use super::*;

    fn time(text: &str) -> Timestamp {
        serde_json::from_str(&format!("\"{text}\"")).unwrap()
    }

    fn cron(pattern: &str, zone: &str) -> Cron {
        Cron::new(pattern, zone, time("2026-11-21T00:00:00Z")).unwrap()
    }

    #[test]
    fn a_time_is_one_of_the_zone() {
        let next = cron("30 9 * * *", "Europe/Vienna").next(time("2026-11-21T00:00:00Z"));
        assert_eq!(next, Some(time("2026-11-21T08:30:00Z")));
        let next = cron("30 9 * * *", "Europe/Vienna").next(time("2026-07-01T00:00:00Z"));
        assert_eq!(next, Some(time("2026-07-01T07:30:00Z")));
    }

    #[test]
    fn an_hour_that_is_left_out_or_repeated_gives_one_run_a_day() {
        let cron = cron("30 2 * * *", "Europe/Vienna");
        // 29 March 2026: 02:00 to 03:00 does not exist. 25 October: it comes twice.
        for (from, until) in [
            ("2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z"),
            ("2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z"),
        ] {
            let mut runs = Vec::new();
            let mut at = time(from);
            while let Some(next) = cron.next(at).filter(|it| *it < time(until)) {
                runs.push(next.to_string());
                at = next;
            }
            assert_eq!(runs.len(), 1, "{runs:?}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_refused_with_the_form() {
        let now = time("2026-11-21T00:00:00Z");
        for pattern in ["", "* * * *", "61 * * * *", "* * * * * *", "x"] {
            let refused = Cron::new(pattern, "UTC", now).unwrap_err();
            assert!(matches!(refused, InvalidSchedule::Pattern { .. }), "{pattern}: {refused}");
        }
        let never = Cron::new("0 0 30 2 *", "UTC", now).unwrap_err();
        assert!(matches!(never, InvalidSchedule::Never { .. }), "{never}");
        let zone = Cron::new("* * * * *", "Mars/Base", now).unwrap_err();
        assert!(matches!(zone, InvalidSchedule::Zone { .. }), "{zone}");
    }

    #[test]
    fn missed_runs_are_left_out_made_up_for_once_or_all_made_up_for() {
        let hourly = cron("0 * * * *", "UTC");
        let (next_at, now) = (time("2026-11-21T01:00:00Z"), time("2026-11-21T04:30:00Z"));
        let due = |missed| {
            let fires = hourly.fires(missed, next_at, now);
            assert_eq!(fires.next_at, Some(time("2026-11-21T05:00:00Z")));
            fires.due.iter().map(|it| it.to_string()[11..13].to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(due(Missed::Skip), Vec::<String>::new());
        assert_eq!(due(Missed::Once), ["04"]);
        assert_eq!(due(Missed::All), ["01", "02", "03", "04"]);
        let late = hourly.fires(Missed::Skip, next_at, time("2026-11-21T01:00:20Z"));
        assert_eq!(late.due, [next_at]);
        let early = hourly.fires(Missed::All, next_at, time("2026-11-21T00:59:59Z"));
        assert_eq!((early.due.len(), early.next_at), (0, Some(next_at)));
    }

    #[test]
    fn a_year_of_missed_minutes_is_bounded() {
        let each_minute = cron("* * * * *", "UTC");
        let (next_at, now) = (time("2025-11-21T00:00:00Z"), time("2026-11-21T00:00:00Z"));
        assert_eq!(each_minute.fires(Missed::All, next_at, now).due.len(), 100);
    }
}
