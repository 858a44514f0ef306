//! `runbook doctor`: what holds on this machine, for people and for programs.

use crate::harness::{Place, doctor};

#[test]
fn json_names_every_protection_and_every_runtime() {
    let (_, report) = doctor();
    let protections = report["protections"].as_array().unwrap();
    assert!(!protections.is_empty());
    for it in protections {
        assert!(
            it["name"].is_string() && it["holds"].is_boolean() && it["detail"].is_string(),
            "{it}"
        );
    }
    let runtimes = report["runtimes"].as_array().unwrap();
    let names: Vec<&str> = runtimes.iter().map(|it| it["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["python", "node", "bash", "golang", "typescript", "rust"]);
    for it in runtimes {
        assert_ne!(
            it["version"].is_null(),
            it["message"].is_null(),
            "a version, or what to do: {it}"
        );
    }
}

#[test]
fn the_exit_code_is_the_same_for_people() {
    let (exit_code, report) = doctor();
    let answer = Place::new().runbook(&["doctor"]).expect(*exit_code);
    for it in report["protections"].as_array().unwrap() {
        assert!(answer.text().contains(it["name"].as_str().unwrap()), "{answer:?}");
    }
}

#[test]
fn a_daemon_that_is_not_there_is_named_with_what_to_do() {
    let host = "unix:///nowhere/docker.sock";
    let answer = Place::new().runbook(&["doctor", "--json", "--docker-host", host]);
    let report = &answer.json_lines()[0];
    let docker = report["protections"].as_array().unwrap().iter().find(|it| it["name"] == "docker");
    let docker = docker.unwrap_or_else(|| panic!("{report}"));
    assert_eq!(docker["holds"], false, "{docker}");
    assert!(docker["detail"].as_str().unwrap().contains(host), "{docker}");
    assert!(docker["advice"].as_str().unwrap().contains("DOCKER_HOST"), "{docker}");
}
