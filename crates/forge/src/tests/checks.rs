//! What is checked of a commit, and the logs of what failed.

use std::net::IpAddr;

use axum::{Router, http::HeaderMap, routing::get};
use serde_json::json;

use super::{Answer, Fake, Forge, Kind, TOKEN, fake, notes};
use crate::{
    Check, CheckState, ForgeError, LogEnd, LogSource,
    fake::{Act, Outcome},
};

const COMMIT: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn check(fake: &Fake, name: &str, outcome: Outcome, log: Option<&str>) {
    let (commit, name, log) = (COMMIT.to_owned(), name.to_owned(), log.map(str::to_owned));
    fake.act(Act::Check { commit, name, outcome, log });
}

async fn checks(forge: &dyn Forge) -> Vec<Check> {
    forge.checks(&notes(), COMMIT).await.unwrap()
}

/// The log of the one job that there is.
async fn log(forge: &dyn Forge, may_reach: fn(IpAddr) -> bool) -> Result<LogEnd, ForgeError> {
    let job = checks(forge).await[0].log.unwrap();
    forge.log_end(&notes(), job, may_reach).await
}

#[tokio::test]
async fn each_check_is_told_with_how_it_ended() {
    for kind in [Kind::GitHub, Kind::GitLab] {
        let (fake, forge) = fake(kind).await;
        for (name, outcome) in [
            ("build", Outcome::Failure),
            ("lint", Outcome::Success),
            ("slow", Outcome::Pending),
            ("off", Outcome::Cancelled),
            ("none", Outcome::Skipped),
        ] {
            check(&fake, name, outcome, Some("log"));
        }
        check(&fake, "build", Outcome::Pending, Some("log"));
        check(&fake, "elsewhere", Outcome::Failure, None);
        let mut found = checks(&*forge).await;
        found.sort_by(|a, b| a.name.cmp(&b.name));
        let states: Vec<_> = found.iter().map(|it| (it.name.as_str(), it.state)).collect();
        let expected = [
            ("build", CheckState::Pending),
            ("elsewhere", CheckState::Failed),
            ("lint", CheckState::Passed),
            ("none", CheckState::Neutral),
            ("off", CheckState::Neutral),
            ("slow", CheckState::Pending),
        ];
        assert_eq!(states, expected, "{kind:?}");
        assert_eq!(found[1].log, None, "{kind:?}: its log is not the forge's");
        assert!(found[0].log.is_some() && found[0].url.is_some(), "{kind:?}");
    }
}

#[tokio::test]
async fn a_check_in_words_that_are_not_known_has_not_passed() {
    let (fake, forge) = fake(Kind::GitHub).await;
    let run = |status: &str, conclusion: &str| json!({ "id": 1, "name": "x", "status": status, "conclusion": conclusion, "html_url": "javascript:1", "app": null });
    let runs = [
        run("completed", "wonderful"),
        run("dreaming", "success"),
        run("completed", "timed_out"),
        run("completed", "action_required"),
    ];
    fake.answer_next("/check-runs", Answer::json(200, &json!({ "check_runs": runs })));
    let found = checks(&*forge).await;
    let states: Vec<_> = found.iter().map(|it| it.state).collect();
    let expected =
        [CheckState::Neutral, CheckState::Pending, CheckState::Failed, CheckState::Neutral];
    assert_eq!(states, expected);
    assert!(found.iter().all(|it| it.url.is_none() && it.log.is_none()), "{found:?}");
}

#[tokio::test]
async fn the_end_of_a_log_is_fetched_from_where_the_forge_keeps_it_without_the_token() {
    for kind in [Kind::GitHub, Kind::GitLab] {
        let (fake, forge) = fake(kind).await;
        check(&fake, "build", Outcome::Failure, Some("it broke\n"));
        // Its own host may always be asked; this one's store refuses whoever shows a token.
        let end = log(&*forge, |_| false).await.unwrap();
        assert_eq!(end, LogEnd { bytes: b"it broke\n".to_vec(), left_out: 0 }, "{kind:?}");
    }
}

#[tokio::test]
async fn of_a_long_log_the_end_is_kept() {
    let (fake, forge) = fake(Kind::GitHub).await;
    let long = format!("{}the end", "x".repeat(200_000));
    check(&fake, "build", Outcome::Failure, Some(&long));
    let end = log(&*forge, |_| true).await.unwrap();
    assert_eq!((end.bytes.len(), end.left_out), (65_536, 200_007 - 65_536));
    assert!(end.bytes.ends_with(b"xthe end"));
}

#[tokio::test]
async fn another_host_is_asked_without_the_token_if_it_may_be_reached() {
    let store = |headers: HeaderMap| async move { format!("{headers:?}") };
    let elsewhere = Fake::start(Kind::GitHub, Router::new().route("/blob", get(store))).await;
    let (fake, forge) = fake(Kind::GitHub).await;
    let to = |path: &str| {
        let location = format!("{}{path}", elsewhere.address());
        fake.answer_next("/logs", Answer::json(302, &json!({})).with("location", location));
    };
    let job = LogSource { job: 1 };
    to("/blob?signature=secret");
    let end = forge.log_end(&notes(), job, |it| it.is_loopback()).await.unwrap();
    let seen = String::from_utf8(end.bytes).unwrap();
    assert!(!seen.contains(TOKEN) && !seen.contains("authorization"), "{seen}");

    to("/nothing?signature=secret");
    let said = forge.log_end(&notes(), job, |_| true).await.unwrap_err().to_string();
    assert!(said.contains("asked for the log of job 1 of ada/notes it answered 404"), "{said}");
    assert!(!said.contains("secret"), "{said}");

    let asked = elsewhere.asked().len();
    to("/nothing");
    let said = forge.log_end(&notes(), job, |_| false).await.unwrap_err().to_string();
    assert!(said.contains("from where no log may be"), "{said}");
    assert_eq!(elsewhere.asked().len(), asked, "it was not even asked");
}

#[tokio::test]
async fn a_log_is_not_fetched_from_just_anywhere() {
    let (fake, forge) = fake(Kind::GitHub).await;
    for location in [
        "file:///etc/passwd",
        "ftp://example.com/x",
        "http://169.254.169.254/latest",
        "https://[::1]/x",
        "https://10.0.0.1/x",
        "https://user:password@8.8.8.8/x",
        "/relative",
        "",
    ] {
        let answer = Answer::json(302, &json!({})).with("location", location);
        fake.answer_next("/logs", answer);
        let may_reach = |it: IpAddr| it == IpAddr::from([8, 8, 8, 8]);
        let said = forge.log_end(&notes(), LogSource { job: 1 }, may_reach).await.unwrap_err();
        assert!(matches!(&said, ForgeError::Unreadable { .. }), "{location}: {said}");
    }
}

#[tokio::test]
async fn a_name_that_leads_to_where_no_log_may_be_is_not_asked() {
    let (elsewhere, _) = fake(Kind::GitHub).await;
    let (fake, forge) = fake(Kind::GitHub).await;
    let location = elsewhere.address().replace("127.0.0.1", "localhost");
    fake.answer_next("/logs", Answer::json(302, &json!({})).with("location", location));
    let said = forge.log_end(&notes(), LogSource { job: 1 }, |_| false).await.unwrap_err();
    assert!(matches!(&said, ForgeError::Unreachable { .. }), "{said}");
    assert!(said.to_string().contains("none that logs are fetched from"), "{said}");
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn a_second_redirect_is_not_followed() {
    let (fake, forge) = fake(Kind::GitHub).await;
    let location = format!("{}/again", fake.address());
    for asked in ["/logs", "/again"] {
        let answer = Answer::json(302, &json!({})).with("location", location.clone());
        fake.answer_next(asked, answer);
    }
    let said = forge.log_end(&notes(), LogSource { job: 1 }, |_| true).await.unwrap_err();
    assert!(said.to_string().contains("it answered 302"), "{said}");
}

#[tokio::test]
async fn a_log_that_has_expired_is_not_there() {
    let (fake, forge) = fake(Kind::GitHub).await;
    fake.answer_next("/logs", Answer::json(410, &json!({ "message": "Gone" })));
    let said = forge.log_end(&notes(), LogSource { job: 1 }, |_| true).await.unwrap_err();
    assert!(said.to_string().contains("no log of job 1 of ada/notes"), "{said}");
}
