//! Pull requests of a clone: what is pushed, what the forge is told, and what is refused.

use std::fs;

use engine::local::{LocalError, SignInMethod};
use forge::{
    Kind,
    fake::{Answer, Fake, REPOSITORY, TOKEN},
};
use serde_json::{Value, json};

use crate::{
    git_server::GitServer,
    stage::{Ran, Stage, exited},
};

/// A document that clones a repository of a forge on this machine and opens pull requests there.
struct Desk {
    stage: Stage,
    forge: Fake,
    server: GitServer,
}

impl Desk {
    /// `None` where this machine's git is no server.
    async fn new(kind: Kind) -> Option<Self> {
        let Some(server) = GitServer::new().await else {
            eprintln!("skipped: git has no http-backend here");
            return None;
        };
        Some(Self::with(kind, server.begun().await).await)
    }

    async fn with(kind: Kind, server: GitServer) -> Self {
        let forge = Fake::start(kind, server.routes()).await;
        let document = format!(
            "<GitAuth id=\"git\" provider=\"{}\" instanceUrl=\"{}\" />\n\n<GitClone id=\"copy\" gitAuthId=\"git\" />\n\n\
             <GitPullRequest id=\"pr\" gitAuthId=\"git\" />\n\n\
             <Command id=\"change\" command='echo more >> \"$REPO_FILES/notes.txt\"' />\n\n\
             <Command id=\"hooks\" command='echo \"env >> $PWD/seen\" > \"$REPO_FILES/.git/hooks/pre-commit\"; \
             chmod +x \"$REPO_FILES/.git/hooks/pre-commit\"' />\n\n\
             <Command id=\"left\" command='env; cat \"$REPO_FILES/.git/config\"' />\n",
            kind.name().to_lowercase(),
            forge.address(),
        );
        let env = [("GIT_CONFIG_NOSYSTEM", "1"), ("HOME", "/nowhere")];
        let stage = Stage::with_env(&document, &[], &env).await;
        Self { stage, forge, server }
    }

    /// As somebody would do it who has a token and wants to change something.
    async fn ready(kind: Kind) -> Option<Self> {
        let desk = Self::new(kind).await?;
        desk.sign_in().await;
        desk.clone_from(&format!("{}/{REPOSITORY}.git", desk.forge.address())).await;
        assert_eq!(desk.stage.run("change").await.outcome, exited(0));
        Some(desk)
    }

    async fn sign_in(&self) {
        let token = SignInMethod::Token { token: TOKEN.to_owned() };
        self.stage.session.sign_in("git", &token).await.unwrap();
    }

    async fn clone_from(&self, url: &str) {
        let inputs = json!({ "url": url, "ref": "", "repo_path": "", "local_path": "here" });
        let cloned = self.act("copy", &inputs).await.unwrap();
        assert_eq!(cloned.outcome, exited(0), "{}", cloned.output);
    }

    async fn act(&self, component: &str, inputs: &Value) -> Result<Ran, LocalError> {
        let registry = self.stage.session.registry();
        let executable = registry.of_component(component).unwrap();
        let started = self.stage.session.start(executable, inputs.as_object().unwrap()).await?;
        Ok(self.stage.ended(&started).await)
    }

    async fn open(&self, branch: &str) -> Ran {
        self.act("pr", &form(branch)).await.unwrap()
    }
}

fn form(branch: &str) -> Value {
    json!({
        "pull_request_title": "More notes", "pull_request_description": "## Why\n\n- $(touch evil)",
        "pull_request_labels": ["one", "two words"], "branch_name": branch, "commit_message": "",
    })
}

#[tokio::test]
async fn a_pull_request_has_the_changes_and_later_clicks_push_to_its_branch() {
    for kind in [Kind::GitHub, Kind::GitLab] {
        let Some(desk) = Desk::ready(kind).await else { return };
        let opened = desk.open("more").await;
        assert_eq!(opened.outcome, exited(0), "{}", opened.output);
        let url = format!("{}/{REPOSITORY}/pull/1", desk.forge.address());
        assert_eq!(
            opened.left["outputs"],
            json!({ "PR_ID": "1", "PR_URL": url, "PR_BRANCH": "more" })
        );
        let [held] = &desk.forge.pull_requests()[..] else { panic!("one was opened") };
        assert_eq!((&held["branch"], &held["base"]), (&json!("more"), &json!("main")));
        let labels = json!(["one", "two words"]);
        assert_eq!((&held["title"], &held["labels"]), (&json!("More notes"), &labels));
        assert_eq!(held["description"], "## Why\n\n- $(touch evil)");
        let commit = desk.server.git(&["log", "-1", "--format=%an <%ae> %s", "more"]).await;
        assert!(
            commit.starts_with("Ada Lovelace <7") && commit.ends_with("> More notes\n"),
            "{commit}"
        );
        assert_eq!(desk.server.git(&["show", "more:notes.txt"]).await, "more\n");

        let again = desk.open("").await;
        assert!(again.output.contains("nothing to push"), "{}", again.output);
        assert_eq!(again.outcome, exited(1));
        desk.stage.run("change").await;
        let pushed = desk.open("").await;
        assert_eq!(pushed.outcome, exited(0), "{}", pushed.output);
        assert_eq!(pushed.left["outputs"]["PR_ID"], "1");
        assert_eq!(desk.server.git(&["show", "more:notes.txt"]).await, "more\nmore\n");
        assert_eq!(desk.forge.pull_requests().len(), 1);
    }
}

#[tokio::test]
async fn the_token_is_in_no_setting_no_output_no_hook_and_no_later_script() {
    let Some(desk) = Desk::ready(Kind::GitHub).await else { return };
    desk.stage.run("hooks").await;
    let opened = desk.open("more").await;
    assert_eq!(opened.outcome, exited(0), "{}", opened.output);
    let hook = fs::read_to_string(desk.stage.path("seen")).unwrap();
    let left = desk.stage.run("left").await;
    for text in [&opened.output, &opened.left.to_string(), &hook, &left.output] {
        assert!(!text.contains(TOKEN) && !text.contains("***"), "{text}");
    }
    assert!(hook.contains("GIT_AUTHOR_NAME=Ada Lovelace"), "{hook}");
    assert!(left.output.contains("[remote \"origin\"]"), "{}", left.output);
    for name in ["PUSH_", "CLONE_", "PULL_REQUEST_"] {
        assert!(!left.output.contains(name), "{}", left.output);
    }
    assert!(!left.output.to_lowercase().contains("extraheader"), "{}", left.output);
}

#[tokio::test]
async fn values_of_the_form_are_no_code_and_no_options() {
    let Some(desk) = Desk::ready(Kind::GitHub).await else { return };
    let evil = "$(touch evil)`touch evil`\"; touch evil; '";
    for branch in ["--upload-pack=touch evil", "-d", "a..b", "a b", "@{-1}", "refs/../x", evil] {
        let ran = desk.open(branch).await;
        assert!(
            ran.outcome == exited(1) && ran.output.contains("is no name"),
            "{branch}: {}",
            ran.output
        );
    }
    let mut form = form("good");
    for field in ["pull_request_title", "commit_message"] {
        form[field] = evil.into();
    }
    let ran = desk.act("pr", &form).await.unwrap();
    assert_eq!(ran.outcome, exited(0), "{}", ran.output);
    assert_eq!(desk.server.git(&["log", "-1", "--format=%s", "good"]).await, format!("{evil}\n"));
    assert_eq!(desk.forge.pull_requests()[0]["title"], evil);
    let is_evil = |at: &str| desk.stage.path(at).join("evil").exists();
    assert!(!is_evil("") && !is_evil("here"));
}

#[tokio::test]
async fn what_is_missing_is_said_before_anything_is_pushed() {
    let Some(desk) = Desk::new(Kind::GitHub).await else { return };
    let refused = desk.act("pr", &form("more")).await.unwrap_err();
    assert!(matches!(refused, LocalError::SignIn { .. }), "{refused}");
    desk.sign_in().await;
    let refused = desk.act("pr", &form("more")).await.unwrap_err();
    assert!(refused.to_string().contains("clone one with a GitClone first"), "{refused}");
    desk.clone_from(&format!("{}/{REPOSITORY}.git", desk.forge.address())).await;

    let denied = Answer::json(401, &json!({ "message": format!("bad token {TOKEN}") }));
    let long = Answer::json(403, &json!({ "message": format!("no access for {TOKEN}") }));
    for (answer, words) in
        [(denied, "does not take this token"), (long, "refused: no access for ***")]
    {
        desk.forge.answer_next("/user", answer);
        let ran = desk.open("more").await;
        assert!(ran.outcome == exited(1) && ran.output.contains(words), "{}", ran.output);
        assert!(!ran.output.contains(TOKEN), "{}", ran.output);
    }
    let branches = desk.server.git(&["branch", "--format=%(refname:short)"]).await;
    assert_eq!(branches, "main\n");
}

#[tokio::test]
async fn a_branch_of_somebody_else_is_left_alone() {
    let Some(desk) = Desk::ready(Kind::GitHub).await else { return };
    desk.server.git(&["branch", "theirs", "main"]).await;
    for branch in ["theirs", "main"] {
        let ran = desk.open(branch).await;
        assert!(
            ran.output.contains(&format!("there is a branch {branch} already")),
            "{}",
            ran.output
        );
    }
    assert_eq!(desk.forge.pull_requests(), Vec::<Value>::new());
}

#[tokio::test]
async fn what_the_forge_refused_is_opened_by_the_next_click() {
    let Some(desk) = Desk::ready(Kind::GitHub).await else { return };
    let busy = Answer::json(403, &json!({})).with("retry-after", "60");
    desk.forge.answer_next("POST /api/v3/repos/ada/notes/pulls", busy);
    let refused = desk.open("").await;
    assert!(refused.output.contains("try again in 60 s"), "{}", refused.output);
    desk.forge.answer_next("/labels", Answer::json(403, &json!({ "message": "no labels" })));
    let opened = desk.open("").await;
    assert_eq!(opened.outcome, exited(0), "what has no labels is opened: {}", opened.output);
    let [held] = &desk.forge.pull_requests()[..] else { panic!("one was opened") };
    assert!(held["branch"].as_str().unwrap().starts_with("runbook/"), "{held}");
    let branches = desk.server.git(&["branch", "--format=%(refname:short)"]).await;
    assert_eq!(branches.lines().count(), 2, "{branches}");
}

#[tokio::test]
async fn a_token_is_not_shown_to_where_the_clone_happens_to_be_from() {
    let Some(desk) = Desk::new(Kind::GitHub).await else { return };
    let elsewhere = Fake::start(Kind::GitHub, desk.server.routes()).await;
    desk.sign_in().await;
    desk.clone_from(&format!("{}/open/{REPOSITORY}.git", elsewhere.address())).await;
    let ran = desk.open("more").await;
    assert!(
        ran.outcome == exited(1) && ran.output.contains("name a GitAuth that signs in to"),
        "{}",
        ran.output
    );
    assert_eq!((elsewhere.asked(), desk.forge.asked()), (Vec::new(), Vec::new()));
}

#[tokio::test]
async fn an_empty_repository_gets_a_first_commit_and_no_change_an_empty_one() {
    let Some(server) = GitServer::new().await else { return };
    let desk = Desk::with(Kind::GitHub, server).await;
    desk.sign_in().await;
    desk.clone_from(&format!("{}/{REPOSITORY}.git", desk.forge.address())).await;
    let opened = desk.open("more").await;
    assert_eq!(opened.outcome, exited(0), "{}", opened.output);
    let log = desk.server.git(&["log", "--format=%s", "more"]).await;
    assert_eq!(log, "More notes\nInitial commit\n");
    assert_eq!(desk.server.git(&["log", "--format=%s", "main"]).await, "Initial commit\n");
    assert_eq!(desk.forge.pull_requests()[0]["base"], "main");
}
