//! Tokens of an app.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::{Answer, Fake, Kind, Router, fake, new, notes};
use crate::{Access, App, AppKey, ForgeError, RepositoryPath};

fn at(minutes: i64) -> Timestamp {
    Timestamp::from_second(1_767_225_600).unwrap() + SignedDuration::from_mins(minutes)
}

fn app(fake: &Fake) -> App {
    App::new(fake.site(), fake.app_key()).unwrap()
}

fn issued(fake: &Fake) -> usize {
    fake.asked().iter().filter(|it| it.ends_with("/access_tokens")).count()
}

#[tokio::test]
async fn a_token_is_for_one_repository_and_what_is_needed_there() {
    let fake = Fake::start(Kind::GitHub, Router::new()).await;
    fake.add_repository("ada/other");
    let token = app(&fake).token(&notes(), at(0)).await.unwrap();
    let asked = fake.requests().pop().unwrap();
    assert_eq!(asked.body["repositories"], json!(["notes"]));
    let granted = asked.body["permissions"].as_object().unwrap();
    let written: Vec<_> =
        granted.iter().filter(|it| it.1 == "write").map(|it| it.0.as_str()).collect();
    assert_eq!(written, ["contents", "issues", "pull_requests"]);
    let forge = fake.site().forge(token).unwrap();
    forge.repository(&notes()).await.unwrap();
    forge.open_pull_request(&notes(), &new("b")).await.unwrap();
    forge.comment(&notes(), 1, "On it").await.unwrap();
    let said = forge.discussion(&notes(), 1).await.unwrap().comments.remove(0).author;
    assert_eq!((said.login.as_str(), said.access), ("runbook[bot]", Access::Read));
    let other = RepositoryPath::parse("ada/other").unwrap();
    let said = forge.repository(&other).await.unwrap_err();
    assert!(matches!(said, ForgeError::NotFound { .. }), "{said}");
}

#[tokio::test]
async fn a_token_is_kept_until_shortly_before_its_end() {
    let fake = Fake::start(Kind::GitHub, Router::new()).await;
    let app = app(&fake);
    let token = async |minutes| app.token(&notes(), at(minutes)).await.unwrap();
    let first = token(0).await;
    assert_eq!(token(49).await.reveal(), first.reveal());
    assert_eq!(issued(&fake), 1);
    let second = token(51).await;
    assert_ne!(second.reveal(), first.reveal());
    assert_eq!((token(60).await.reveal(), issued(&fake)), (second.reveal(), 2));
    app.forget(&notes());
    assert_ne!(token(60).await.reveal(), second.reveal());
}

#[tokio::test]
async fn who_asks_at_once_gets_the_same_token() {
    let fake = Fake::start(Kind::GitHub, Router::new()).await;
    let app = Arc::new(app(&fake));
    let mut asking = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let app = Arc::clone(&app);
        asking.spawn(async move { app.token(&notes(), at(0)).await.unwrap() });
    }
    let tokens = asking.join_all().await;
    assert!(tokens.iter().all(|it| it.reveal() == tokens[0].reveal()));
    assert_eq!(issued(&fake), 1);
}

#[tokio::test]
async fn what_failed_once_is_asked_again() {
    let fake = Fake::start(Kind::GitHub, Router::new()).await;
    let app = app(&fake);
    fake.answer_next("/installation", Answer::json(502, &json!({})));
    let said = app.token(&notes(), at(0)).await.unwrap_err();
    assert!(matches!(said, ForgeError::Unreachable { .. }), "{said}");
    app.token(&notes(), at(0)).await.unwrap();
}

#[tokio::test]
async fn an_app_that_is_not_installed_or_lacks_a_permission_is_told_so() {
    let fake = Fake::start(Kind::GitHub, Router::new()).await;
    let app = app(&fake);
    let elsewhere = RepositoryPath::parse("eve/secrets").unwrap();
    let said = app.token(&elsewhere, at(0)).await.unwrap_err().to_string();
    assert!(said.contains("no installation of app 42 in eve/secrets"), "{said}");
    let words = "The permissions requested are not granted to this installation.";
    fake.answer_next("/access_tokens", Answer::json(422, &json!({ "message": words })));
    let said = app.token(&notes(), at(0)).await.unwrap_err().to_string();
    assert!(said.contains("refused: The permissions requested are not granted"), "{said}");
}

#[tokio::test]
async fn another_key_is_not_taken() {
    let (fake, elsewhere) = (
        Fake::start(Kind::GitHub, Router::new()).await,
        Fake::start(Kind::GitHub, Router::new()).await,
    );
    let app = App::new(fake.site(), elsewhere.app_key()).unwrap();
    let said = app.token(&notes(), at(0)).await.unwrap_err();
    assert!(matches!(said, ForgeError::Unauthorised { .. }), "{said}");
}

#[tokio::test]
async fn what_is_no_key_is_refused_without_being_shown() {
    let (fake, _) = fake(Kind::GitHub).await;
    let pem = fake.app_pem();
    let public = pem.replace("PRIVATE", "PUBLIC");
    let half: String = pem.lines().take(5).map(|it| format!("{it}\n")).collect();
    let broken = format!("{half}{}", pem.lines().last().unwrap());
    for text in ["", "secret-word", &public, &half, &broken, &pem.replace(' ', "")] {
        let said = AppKey::new(1, text).unwrap_err().to_string();
        assert!(said.contains("no private key of a GitHub App"), "{said}");
        assert!(!said.contains("secret-word"), "{said}");
    }
    let windows = format!("\n{}  ", pem.replace('\n', "\r\n"));
    let key = AppKey::new(1, &windows).unwrap();
    assert_eq!(format!("{key:?}"), "AppKey(1)");
}

#[tokio::test]
async fn what_an_app_is_installed_for_is_listed_by_name_up_to_a_bound() {
    let fake = Fake::start(Kind::GitHub, Router::new()).await;
    for number in 0..120 {
        fake.add_repository(&format!("lin/number-{number:03}"));
    }
    let app = app(&fake);
    let all = app.installed(at(0), 500).await.unwrap();
    assert_eq!(all.len(), 121);
    assert_eq!(all[0].path, notes());
    assert_eq!(all[0].address, format!("{}/ada/notes.git", fake.address()));
    assert_eq!(all[120].path.to_string(), "lin/number-119");
    assert_eq!(app.installed(at(0), 7).await.unwrap(), all[..7]);
    // What that was asked with opens nothing.
    let asked = fake.requests();
    let issued: Vec<_> = asked.iter().filter(|it| it.path.ends_with("/access_tokens")).collect();
    assert!(issued.iter().all(|it| it.body == json!({ "permissions": { "metadata": "read" } })));
}

#[tokio::test]
async fn an_installation_that_is_suspended_is_left_out() {
    let fake = Fake::start(Kind::GitHub, Router::new()).await;
    let suspended = json!([{ "id": 7, "suspended_at": "2026-01-01T00:00:00Z" }]);
    fake.answer_next("/app/installations", Answer::json(200, &suspended));
    assert_eq!(app(&fake).installed(at(0), 500).await.unwrap(), []);
}

#[tokio::test]
async fn only_github_has_apps() {
    let (fake, _) = fake(Kind::GitLab).await;
    assert!(App::new(fake.site(), fake.app_key()).is_none());
}
