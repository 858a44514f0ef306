//! The fake with git: branches that are really pushed.

use std::{path::Path, process::Stdio};

use serde_json::{Value, json};

use super::{Kind, TOKEN, Token, new, notes};
use crate::fake::{Act, Fake, REPOSITORY, git};

#[expect(clippy::disallowed_methods, reason = "a client of a test's own server")]
async fn run(at: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut git = tokio::process::Command::new("git");
    git.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]).args(arguments);
    git.env_clear().envs(std::env::vars_os().filter(|it| it.0 == "PATH"));
    git.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null");
    git.env("GIT_TERMINAL_PROMPT", "0").current_dir(at).stdin(Stdio::null());
    let output = git.output().await.unwrap();
    let said = |it: &[u8]| String::from_utf8_lossy(it).trim().to_owned();
    if output.status.success() { Ok(said(&output.stdout)) } else { Err(said(&output.stderr)) }
}

#[tokio::test]
async fn a_pull_request_ends_where_its_branch_was_pushed_to() {
    if !git::is_there() {
        eprintln!("skipped: git has no http-backend here");
        return;
    }
    let (served, work) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let fake = Fake::with_git(Kind::GitHub, served.path().to_owned(), 0).await;
    let address = |user: &str| fake.address().replace("://", &format!("://{user}"));
    let url = |user: &str| format!("{}/{REPOSITORY}.git", address(user));
    for user in ["", "x-access-token:wrong@"] {
        let said = run(work.path(), &["ls-remote", &url(user)]).await.unwrap_err();
        assert!(!said.is_empty() && !said.contains("refs/heads/main"), "{said}");
    }
    let url = url(&format!("x-access-token:{TOKEN}@"));
    run(work.path(), &["clone", "-q", &url, "."]).await.unwrap();
    run(work.path(), &["checkout", "-q", "-b", "runbook/1"]).await.unwrap();
    run(work.path(), &["commit", "-q", "--allow-empty", "-m", "One"]).await.unwrap();
    run(work.path(), &["push", "-q", "origin", "runbook/1"]).await.unwrap();
    let head = run(work.path(), &["rev-parse", "HEAD"]).await.unwrap();

    let forge = fake.site().forge(Token::new(TOKEN.to_owned())).unwrap();
    for (branch, words) in
        [("gone", "head is invalid"), ("main", "No commits between main and main")]
    {
        let said = forge.open_pull_request(&notes(), &new(branch)).await.unwrap_err().to_string();
        assert!(said.contains(words), "{said}");
    }
    forge.open_pull_request(&notes(), &new("runbook/1")).await.unwrap();
    assert_eq!(forge.pull_request(&notes(), 1).await.unwrap().head, head);
    let push = Act::Push { branch: "runbook/1".to_owned(), head: None, by: "ada".to_owned() };
    let told: Value = serde_json::from_str(&fake.act(push)[0].body).unwrap();
    assert_eq!(told["after"], json!(head));

    fake.add_repository("ada/other");
    let other = url.replace("notes", "other");
    assert!(run(work.path(), &["ls-remote", &other]).await.unwrap().ends_with("refs/heads/main"));
}

#[tokio::test]
async fn somebody_without_rust_drives_it_over_http() {
    let fake = Fake::start(Kind::GitHub, super::Router::new()).await;
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let control = |path: &str| format!("{}/_control/{path}", fake.address());
    let post = async |path: &str, body: Value| {
        let request = client.post(control(path)).header("content-type", "application/json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).ok())
    };
    let forge = fake.site().forge(Token::new(TOKEN.to_owned())).unwrap();
    forge.open_pull_request(&notes(), &new("b")).await.unwrap();
    let hub = format!("{}/hub", fake.address());
    assert_eq!(post("webhook", json!({ "url": hub })).await.0, 204);
    let act = json!({ "act": "comment", "number": 1, "by": "lin", "body": "/runbook revise" });
    let (status, told) = post("ada/notes/acts", act).await;
    let told = told.unwrap();
    assert_eq!((status, &told[0]["webhook"]["event"]), (200, &json!("issue_comment")));
    assert_eq!(told[0]["answered"], 404, "the address was asked, which is no hub");
    let missing = json!({ "act": "merge", "number": 9 });
    assert_eq!(post("ada/notes/acts", missing).await.0, 404);
    assert_eq!(post("repositories", json!({ "name": "../x" })).await.0, 400);
    let shown = client.get(control("ada/notes/pull_requests")).send().await.unwrap();
    let shown: Value = serde_json::from_slice(&shown.bytes().await.unwrap()).unwrap();
    assert_eq!(shown[0]["comments"][0]["body"], "/runbook revise");
}
