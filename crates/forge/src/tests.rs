//! What the forges are asked, and what becomes of their answers.

mod app;
mod checks;
mod discussion;
mod git;
mod openapi;
mod pull_requests;
mod webhooks;

use std::time::Duration;

use axum::Router;
use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    Edit, Forge, ForgeError, Kind, NewPullRequest, PlainGit, Readiness, Remote, RepositoryPath,
    Site, Token, Until,
    api::{Api, Ask},
    fake::{Answer, Fake, REPOSITORY, TOKEN},
};

async fn fake(kind: Kind) -> (Fake, Box<dyn Forge>) {
    let fake = Fake::start(kind, Router::new()).await;
    let forge = fake.site().forge(Token::new(TOKEN.to_owned())).unwrap();
    (fake, forge)
}

fn notes() -> RepositoryPath {
    RepositoryPath::parse(REPOSITORY).unwrap()
}

fn new(branch: &str) -> NewPullRequest {
    NewPullRequest {
        title: "A title".to_owned(),
        description: "Why\n\nand how".to_owned(),
        branch: branch.to_owned(),
        base: "main".to_owned(),
        readiness: Readiness::Ready,
    }
}

#[tokio::test]
async fn a_pull_request_is_opened_found_changed_and_labelled_on_both_forges() {
    for kind in [Kind::GitHub, Kind::GitLab] {
        let (fake, forge) = fake(kind).await;
        let (path, branch) = (notes(), "runbook/1");
        let repository = forge.repository(&path).await.unwrap();
        assert_eq!(repository.default_branch.as_deref(), Some("main"));
        assert_eq!(forge.find_pull_request(&path, branch).await.unwrap(), None);
        let opened = forge.open_pull_request(&path, &new(branch)).await.unwrap();
        assert_eq!(opened.url, format!("{}/{REPOSITORY}/pull/1", fake.address()));
        let found = forge.find_pull_request(&path, branch).await.unwrap();
        assert_eq!(found.as_ref(), Some(&opened));
        let edit = Edit { title: Some("Another".to_owned()), description: None };
        assert_eq!(forge.edit_pull_request(&path, opened.number, &edit).await.unwrap(), opened);
        let wanted = ["one", "two words"].map(str::to_owned);
        forge.label(&path, opened.number, &wanted).await.unwrap();
        let [held] = &fake.pull_requests()[..] else { panic!("{:?}", fake.pull_requests()) };
        assert_eq!((&held["title"], &held["labels"]), (&json!("Another"), &json!(wanted)));
        assert_eq!(
            (&held["base"], &held["description"]),
            (&json!("main"), &json!("Why\n\nand how"))
        );
    }
}

#[tokio::test]
async fn a_second_pull_request_for_a_branch_is_refused_in_the_forges_words() {
    for (kind, words) in [
        (Kind::GitHub, "refused: Validation Failed; A pull request already exists for ada:b"),
        (Kind::GitLab, "refused: Another open merge request already exists for this source branch"),
    ] {
        let (_fake, forge) = fake(kind).await;
        forge.open_pull_request(&notes(), &new("b")).await.unwrap();
        let refused = forge.open_pull_request(&notes(), &new("b")).await.unwrap_err();
        assert!(refused.to_string().contains(words), "{refused}");
    }
}

#[tokio::test]
async fn whose_token_it_is_gives_an_author_for_commits() {
    for (kind, email) in
        [(Kind::GitHub, "7+ada@users.noreply"), (Kind::GitLab, "7-ada@users.noreply")]
    {
        let (_fake, forge) = fake(kind).await;
        let user = forge.user().await.unwrap();
        assert_eq!((user.login.as_str(), user.name.as_str()), ("ada", "Ada Lovelace"));
        assert!(user.email.starts_with(email), "{}", user.email);
    }
    let (fake, _) = fake(Kind::GitHub).await;
    let stranger = fake.site().forge(Token::new("another".to_owned())).unwrap();
    let refused = stranger.user().await.unwrap_err();
    assert!(matches!(&refused, ForgeError::Unauthorised { .. }), "{refused}");
}

#[tokio::test]
async fn each_refusal_says_what_it_is() {
    let (fake, forge) = fake(Kind::GitHub).await;
    let said = async |answer: Answer| {
        fake.answer_next("", answer);
        forge.repository(&notes()).await.unwrap_err().to_string()
    };
    let limited = json!({ "message": "API rate limit exceeded" });
    let spent = |status| Answer::json(status, &limited);
    for (answer, words) in [
        (Answer::json(404, &json!({})), "shows this token no repository ada/notes"),
        (
            spent(403).with("x-ratelimit-remaining", "0").with("x-ratelimit-reset", "1700000000"),
            "try again after 2023-11-14T22:13:20Z",
        ),
        (spent(403).with("retry-after", "60"), "try again in 60 s"),
        (spent(429), "try again later"),
        (spent(429).with("ratelimit-reset", "99999999999999999"), "try again later"),
        (
            Answer::json(403, &json!({ "message": "Resource not accessible by integration" })),
            "refused: Resource not accessible by integration; give the token the permission",
        ),
        (
            Answer::json(403, &json!({ "message": "You have exceeded a secondary rate limit." })),
            "try again in 60 s",
        ),
        (
            Answer::json(422, &json!({ "errors": [{ "field": "base", "code": "invalid" }] })),
            "refused: base is invalid",
        ),
        (
            Answer::json(400, &json!({ "message": { "title": ["is too long"] } })),
            "refused: is too long",
        ),
        (Answer { body: b"<html>".to_vec(), ..spent(418) }, "refused: it answered 418"),
        (spent(502), "cannot be reached: it answered 502"),
    ] {
        let said = said(answer).await;
        assert!(said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn whatever_it_says_the_token_is_not_shown_and_words_stay_few() {
    let (fake, forge) = fake(Kind::GitHub).await;
    let long = format!("you sent {TOKEN}\n\u{1b}[31m{}", "x".repeat(100_000));
    fake.answer_next("", Answer::json(422, &json!({ "message": long })));
    let said = forge.user().await.unwrap_err().to_string();
    assert!(said.contains("you sent ***  [31mxxx") && said.len() < 400, "{said}");
    fake.answer_next("", Answer::json(200, &json!({ "html_url": format!("javascript:{TOKEN}") })));
    let said = forge.repository(&notes()).await.unwrap_err();
    assert!(matches!(&said, ForgeError::Unreadable { .. }), "{said}");
    assert!(!said.to_string().contains(TOKEN), "{said}");
    assert!(!format!("{forge:?} {:?}", Token::new(TOKEN.to_owned())).contains(TOKEN));
}

#[tokio::test]
async fn what_no_forge_answers_is_no_answer() {
    let (fake, forge) = fake(Kind::GitHub).await;
    for body in [&b""[..], b"<html>", b"[]", b"{\"id\": \"seven\"}", b"{", b"\xff\xfe", b"null"] {
        fake.answer_next("", Answer { status: 200, headers: Vec::new(), body: body.to_vec() });
        let said = forge.user().await.unwrap_err();
        assert!(matches!(&said, ForgeError::Unreadable { .. }), "{said}");
    }
    fake.answer_next("", Answer { status: 200, headers: Vec::new(), body: vec![b' '; 9 << 20] });
    let said = forge.user().await.unwrap_err().to_string();
    assert!(said.contains("more than 8388608 bytes"), "{said}");
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_the_token() {
    let (elsewhere, _) = fake(Kind::GitHub).await;
    let (fake, forge) = fake(Kind::GitHub).await;
    for status in [301, 302, 307, 308] {
        let to = format!("{}/api/v3/user", elsewhere.address());
        fake.answer_next("", Answer::json(status, &json!({})).with("location", to));
        let said = forge.user().await.unwrap_err().to_string();
        assert!(said.contains("has moved"), "{said}");
    }
    assert_eq!(elsewhere.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn who_is_silent_or_hangs_up_cannot_be_reached() {
    let silent = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let at = |listener: &TcpListener| format!("http://{}", listener.local_addr().unwrap());
    let site = Site::new(Kind::GitHub, &at(&silent)).unwrap();
    let token = Token::new(TOKEN.to_owned());
    let api = Api::patient(&site, token.clone(), Duration::from_millis(50)).unwrap();
    let said = api.ask::<()>(Ask::of(&["user"], "user")).await.unwrap_err().to_string();
    assert!(said.contains("it does not answer in time"), "{said}");
    let rude = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let forge = Site::new(Kind::GitLab, &at(&rude)).unwrap().forge(token).unwrap();
    let hang_up = async {
        loop {
            drop(rude.accept().await.unwrap());
        }
    };
    let said = tokio::select! {
        said = forge.user() => said.unwrap_err(),
        () = hang_up => unreachable!("it accepts for ever"),
    };
    assert!(matches!(&said, ForgeError::Unreachable { .. }), "{said}");
}

#[tokio::test]
async fn a_label_that_a_forge_cannot_be_told_is_refused() {
    let (fake, forge) = fake(Kind::GitLab).await;
    let said = forge.label(&notes(), 1, &["a,b".to_owned()]).await.unwrap_err().to_string();
    assert!(said.contains("\"a,b\" has a comma"), "{said}");
    assert_eq!(fake.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn plain_git_has_no_pull_requests() {
    let forge = PlainGit::new("git.example".to_owned());
    let said = forge.open_pull_request(&notes(), &new("b")).await.unwrap_err().to_string();
    assert!(said.contains("git.example has no pull requests"), "{said}");
}

#[test]
fn a_remote_is_a_repository_of_its_own_site_only() {
    let github = Site::public(Kind::GitHub);
    let gitlab = Site::new(Kind::GitLab, "https://git.example.com:8443/lab/").unwrap();
    let path =
        |site: &Site, text: &str| site.repository(&Remote::parse(text)).map(|it| it.to_string());
    for text in [
        "https://github.com/ada/notes.git",
        "https://user:password@GitHub.com/ada/notes\n",
        "git@github.com:ada/notes.git",
        "ssh://git@github.com:22/ada/notes.git",
        "github.com:ada/notes",
    ] {
        assert_eq!(path(&github, text).as_deref(), Some("ada/notes"), "{text}");
        assert_eq!(path(&gitlab, text), None, "{text}");
    }
    let nested = "https://git.example.com:8443/lab/group/sub/notes.git";
    assert_eq!(path(&gitlab, nested).as_deref(), Some("group/sub/notes"));
    assert_eq!(Site::of(&Remote::parse(nested)), None);
    assert_eq!(Site::of(&Remote::parse("git@gitlab.com:a/b/c")), Some(Site::public(Kind::GitLab)));
    for text in [
        "http://github.com/ada/notes",
        "https://github.com.evil.example/ada/notes",
        "https://github.com@evil.example/ada/notes",
        "https://evil.example/github.com/ada",
        "https://github.com:444/ada/notes",
        "git@evil.example:github.com/ada",
        "https://github.com/ada",
        "https://github.com/ada/..",
        "https://github.com/ada/%2e%2e",
        "https://github.com/ada/notes?x",
        "/srv/github.com/ada/notes",
        "file:///github.com/ada/notes",
        "ext::sh -c touch% evil",
        "-u:ada/notes",
        "",
    ] {
        let found = path(&github, text);
        assert!(found.is_none() || text.ends_with("?x"), "{text}: {found:?}");
    }
}

#[test]
fn a_token_goes_over_https_or_to_this_machine() {
    for (address, expected) in [
        ("github.com", Some("https://github.com/")),
        ("git.example.com/lab", Some("https://git.example.com/lab/")),
        ("http://127.0.0.1:8080", Some("http://127.0.0.1:8080/")),
        ("http://localhost:8080/", Some("http://localhost:8080/")),
        ("http://git.example.com", None),
        ("http://127.0.0.1.evil.example", None),
        ("https://user:password@git.example.com", None),
        ("https://git.example.com?x", None),
        ("file:///etc", None),
        ("javascript://x", None),
        ("a b", None),
        ("", None),
    ] {
        let site = Site::new(Kind::GitHub, address);
        assert_eq!(site.as_ref().map(Site::address).ok(), expected, "{address}");
    }
    let at = |kind, address: &str| Site::new(kind, address).unwrap().api().to_string();
    assert_eq!(at(Kind::GitHub, "github.com"), "https://api.github.com/");
    assert_eq!(at(Kind::GitHub, "git.example.com"), "https://git.example.com/api/v3/");
    assert_eq!(at(Kind::GitHub, "acme.ghe.com"), "https://api.acme.ghe.com/");
    assert_eq!(at(Kind::GitLab, "git.example.com/lab"), "https://git.example.com/lab/api/v4/");
    for (kind, address) in [
        (Kind::GitHub, "https://github.com"),
        (Kind::GitHub, "https://git.example.com/lab"),
        (Kind::GitHub, "https://acme.ghe.com"),
        (Kind::GitLab, "https://git.example.com:8443/lab"),
    ] {
        let site = Site::new(kind, address).unwrap();
        assert_eq!(Site::of_api(kind, site.api().as_str()).unwrap(), site, "{address}");
        assert_eq!(Site::of_api(kind, address).unwrap(), site, "{address}");
    }
    assert!(Site::of_api(Kind::GitHub, "http://api.github.com").is_err());
    let graphql = |address: &str| Site::new(Kind::GitHub, address).unwrap().graphql().to_string();
    assert_eq!(graphql("github.com"), "https://api.github.com/graphql");
    assert_eq!(graphql("git.example.com"), "https://git.example.com/api/graphql");
    assert_eq!(graphql("acme.ghe.com"), "https://api.acme.ghe.com/graphql");
}

#[test]
fn when_it_listens_again_is_told_where_it_can_be() {
    assert_eq!(Until::At(i64::MAX).to_string(), "later");
    assert_eq!(Until::At(0).to_string(), "after 1970-01-01T00:00:00Z");
}
