use super::*;

/// The only place that calls `apply`; each test below is one row, from a function just made.
#[track_caller]
fn check(commands: &[Command], expected: &str) {
    let mut state = State::first();
    let mut log = Vec::new();
    for command in commands {
        match apply(state, *command) {
            Ok((next, effects)) => {
                let effects: Vec<_> = effects.iter().map(|it| format!("{it:?}")).collect();
                log.push(if effects.is_empty() { "-".to_owned() } else { effects.join(" + ") });
                state = next;
            }
            Err(rejected) => log.push(format!("rejected: {rejected}")),
        }
    }
    let State { latest, current, build, serving } = state;
    let serving = serving.map_or_else(|| "none".to_owned(), |it| it.to_string());
    let text = format!(
        "{} => {current} of {latest} {build:?}, serving {serving}",
        log.join("; ").replace("version: ", "")
    );
    assert_eq!(text, expected);
}

use Command::{Add, Fail, Serve, Succeed};

#[test]
fn a_new_function_answers_once_its_first_version_is_built() {
    check(&[Succeed { version: 0 }], "- => 0 of 0 Ready, serving 0");
}

#[test]
fn a_new_function_whose_build_fails_answers_nothing_and_can_be_built_again() {
    check(&[Fail { version: 0 }], "- => 0 of 0 Failed, serving none");
    check(
        &[Fail { version: 0 }, Add, Succeed { version: 1 }],
        "-; Build { 1 }; - => 1 of 1 Ready, serving 1",
    );
}

#[test]
fn the_last_good_version_answers_while_a_new_one_builds_and_after_it_failed() {
    check(&[Succeed { version: 0 }, Add], "-; Build { 1 } => 1 of 1 Building, serving 0");
    check(
        &[Succeed { version: 0 }, Add, Fail { version: 1 }],
        "-; Build { 1 }; - => 1 of 1 Failed, serving 0",
    );
}

#[test]
fn a_version_that_is_built_takes_over_at_once() {
    check(
        &[Succeed { version: 0 }, Add, Succeed { version: 1 }],
        "-; Build { 1 }; Retire { 0 } => 1 of 1 Ready, serving 1",
    );
}

#[test]
fn saving_again_overtakes_a_build_and_its_late_end_changes_nothing() {
    check(
        &[Succeed { version: 0 }, Add, Add, Succeed { version: 1 }, Fail { version: 1 }],
        "-; Build { 1 }; Abandon { 1 } + Build { 2 }; rejected: version 1 is not being built; \
         rejected: version 1 is not being built => 2 of 2 Building, serving 0",
    );
}

#[test]
fn rolling_back_switches_and_the_next_version_gets_a_new_number() {
    check(
        &[Succeed { version: 0 }, Add, Succeed { version: 1 }, Serve { version: 0 }, Add],
        "-; Build { 1 }; Retire { 0 }; Retire { 1 }; Build { 2 } => 2 of 2 Building, serving 0",
    );
}

#[test]
fn rolling_back_during_a_build_abandons_it() {
    check(
        &[Succeed { version: 0 }, Add, Serve { version: 0 }, Succeed { version: 1 }],
        "-; Build { 1 }; Abandon { 1 }; rejected: version 1 is not being built \
         => 0 of 1 Ready, serving 0",
    );
}

#[test]
fn after_a_failed_update_the_owner_can_settle_for_what_answers() {
    check(
        &[Succeed { version: 0 }, Add, Fail { version: 1 }, Serve { version: 0 }],
        "-; Build { 1 }; -; - => 0 of 1 Ready, serving 0",
    );
}

#[test]
fn what_is_not_there_or_answers_already_cannot_be_rolled_back_to() {
    check(
        &[
            Succeed { version: 0 },
            Serve { version: 0 },
            Serve { version: 1 },
            Serve { version: -1 },
        ],
        "-; rejected: version 0 is the one that answers already; rejected: there is no version 1; \
         rejected: there is no version -1 => 0 of 0 Ready, serving 0",
    );
}
