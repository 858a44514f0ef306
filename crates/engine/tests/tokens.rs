//! Tokens as programs and thieves meet them: verified, expired, revoked, stolen from a dump.

#![expect(clippy::unwrap_used, reason = "a broken set-up should stop the test")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use engine::{Accounts, Clock, MakeTokenError, Maker, NewAccount, NewToken, Tokens};
use model::{
    id::UserId,
    scope::{Scope, Scopes},
    time::Timestamp,
    token::{Token, TokenLimits, TokenSecret},
};
use store::Store;
use tokio_util::task::TaskTracker;

const START: i64 = 1_795_222_800_000;

/// A database with one user, and a clock that the test winds.
struct Stage {
    store: Store,
    millis: Arc<AtomicI64>,
    tasks: TaskTracker,
    tokens: Tokens,
    user: UserId,
}

impl Stage {
    async fn new() -> Self {
        let store = Store::open("sqlite::memory:").await.unwrap();
        let millis = Arc::new(AtomicI64::new(START));
        let tasks = TaskTracker::new();
        let new = NewAccount {
            email: "ada@example.com".to_owned(),
            username: "ada".to_owned(),
            password_hash: String::new(),
            administrator: false,
        };
        let user = Accounts::new(store.clone(), Clock::system()).create(new).await.unwrap().id;
        let tokens = Tokens::new(store.clone(), clock(&millis), tasks.clone());
        Self { store, millis, tasks, tokens, user }
    }

    /// Another process that shares the database.
    fn another_process(&self) -> Tokens {
        Tokens::new(self.store.clone(), clock(&self.millis), self.tasks.clone())
    }

    fn new_token(&self, scopes: &[Scope]) -> NewToken {
        NewToken {
            user: self.user,
            name: "ci".to_owned(),
            scopes: scopes.iter().copied().collect(),
            expires_at: None,
            limits: TokenLimits::default(),
        }
    }

    async fn make(&self, scopes: &[Scope]) -> (Token, TokenSecret) {
        self.tokens.make(self.new_token(scopes), somebody()).await.unwrap()
    }

    fn pass(&self, time: Duration) {
        self.millis.fetch_add(i64::try_from(time.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

fn clock(millis: &Arc<AtomicI64>) -> Clock {
    let millis = Arc::clone(millis);
    Clock::new(move || Timestamp::from_millis(millis.load(Ordering::Relaxed)))
}

fn somebody() -> Maker<'static> {
    Maker { scopes: Scopes::of_user(false), token: None }
}

fn in_ms(millis: i64) -> Timestamp {
    Timestamp::from_millis(START + millis)
}

/// Lets the time pass that memories live for; no query is under way then.
async fn seconds_later(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

async fn counts(tokens: &Tokens, secret: &TokenSecret) -> bool {
    tokens.verify(secret.reveal()).await.unwrap().is_some()
}

#[tokio::test]
async fn a_secret_speaks_for_its_user_within_its_scopes() {
    let stage = Stage::new().await;
    let (token, secret) = stage.make(&[Scope::CodeRun]).await;
    let verified = stage.tokens.verify(secret.reveal()).await.unwrap().unwrap();
    assert_eq!(verified.token, token);
    assert_eq!((verified.user.id, verified.user.username.as_str()), (stage.user, "ada"));
    assert_eq!(token.principal().token, Some(token.id));
}

#[tokio::test]
async fn what_is_not_the_whole_secret_is_worth_nothing() {
    let stage = Stage::new().await;
    let (token, secret) = stage.make(&[Scope::CodeRun]).await;
    let secret = secret.reveal();
    let mut attempts = vec![
        String::new(),
        token.prefix.clone(),
        token.id.to_string(),
        secret.to_uppercase(),
        format!("{secret} "),
        secret[..secret.len() - 1].to_owned(),
    ];
    // One digit off, at every place: those of the prefix ask for other rows, the others do not.
    for index in 4..secret.len() {
        let digit = if secret.as_bytes()[index] == b'0' { "1" } else { "0" };
        attempts.push(format!("{}{digit}{}", &secret[..index], &secret[index + 1..]));
    }
    assert!(stage.tokens.verify(secret).await.unwrap().is_some(), "remembered from here on");
    for attempt in attempts {
        assert_eq!(stage.tokens.verify(&attempt).await.unwrap(), None, "{attempt}");
    }
}

#[tokio::test]
async fn what_a_database_holds_opens_nothing() {
    let stage = Stage::new().await;
    let (_, secret) = stage.make(&[Scope::CodeRun]).await;
    let stored = stage.store.tokens_with_prefix(secret.prefix()).await.unwrap();
    let hash = stored[0].secret_hash.clone();
    let digits = &secret.reveal()[4..];
    assert!(hash.len() == 64 && hash != digits && !hash.contains(&digits[8..]), "{hash}");
    for text in [hash.clone(), format!("rbk_{hash}")] {
        assert_eq!(stage.tokens.verify(&text).await.unwrap(), None);
    }
}

#[tokio::test]
async fn revoking_counts_at_once_here_and_within_seconds_elsewhere() {
    let stage = Stage::new().await;
    let elsewhere = stage.another_process();
    let (token, secret) = stage.make(&[Scope::CodeRun]).await;
    assert!(counts(&stage.tokens, &secret).await && counts(&elsewhere, &secret).await);
    stage.tokens.revoke(token.id).await.unwrap();
    assert!(!counts(&stage.tokens, &secret).await, "although it was remembered");
    seconds_later(5).await;
    assert!(!counts(&elsewhere, &secret).await);
    assert_eq!(stage.tokens.list(Some(stage.user)).await.unwrap(), []);
}

#[tokio::test]
async fn a_token_expires_while_it_is_remembered() {
    let stage = Stage::new().await;
    let new = NewToken { expires_at: Some(in_ms(1000)), ..stage.new_token(&[Scope::CodeRun]) };
    let (_, secret) = stage.tokens.make(new, somebody()).await.unwrap();
    stage.pass(Duration::from_millis(999));
    assert!(counts(&stage.tokens, &secret).await);
    stage.pass(Duration::from_millis(1));
    assert!(!counts(&stage.tokens, &secret).await);
}

#[tokio::test]
async fn nothing_speaks_for_a_user_who_is_disabled() {
    let stage = Stage::new().await;
    let (_, secret) = stage.make(&[Scope::CodeRun]).await;
    let accounts = Accounts::new(stage.store.clone(), Clock::system());
    accounts.disable(stage.user).await.unwrap();
    assert!(!counts(&stage.tokens, &secret).await);
    accounts.enable(stage.user).await.unwrap();
    seconds_later(5).await;
    assert!(counts(&stage.tokens, &secret).await);
}

#[tokio::test]
async fn nobody_makes_a_token_that_may_more_or_lives_longer_than_they_do() {
    let stage = Stage::new().await;
    let new = NewToken {
        expires_at: Some(in_ms(1000)),
        limits: TokenLimits { burst: Some(7), ..TokenLimits::default() },
        ..stage.new_token(&[Scope::TokenWrite, Scope::CodeRun])
    };
    let (parent, _) = stage.tokens.make(new, somebody()).await.unwrap();
    let maker = Maker { scopes: parent.scopes, token: Some(&parent) };
    let make = async |new| stage.tokens.make(new, maker).await;
    let more = make(stage.new_token(&[Scope::CodeRun, Scope::RunbookRead])).await;
    assert!(matches!(more, Err(MakeTokenError::BeyondMaker { .. })), "{more:?}");
    let longer = NewToken { expires_at: Some(in_ms(1001)), ..stage.new_token(&[Scope::CodeRun]) };
    let longer = make(longer).await;
    assert!(matches!(longer, Err(MakeTokenError::OutlivesMaker { .. })), "{longer:?}");
    let (child, _) = make(stage.new_token(&[Scope::CodeRun])).await.unwrap();
    assert_eq!((child.expires_at, child.limits), (parent.expires_at, parent.limits));
    let admin = stage.tokens.make(stage.new_token(&[Scope::Admin]), somebody()).await;
    assert!(matches!(admin, Err(MakeTokenError::BeyondMaker { .. })), "{admin:?}");
}

#[tokio::test]
async fn a_token_that_may_not_be_so_is_refused() {
    let stage = Stage::new().await;
    let good = stage.new_token(&[Scope::CodeRun]);
    let named = |name: &str| NewToken { name: name.to_owned(), ..good.clone() };
    for name in ["", " ci", "ci\n", "a\u{7}b", &"x".repeat(101)] {
        let refused = stage.tokens.make(named(name), somebody()).await;
        assert!(matches!(refused, Err(MakeTokenError::Name)), "{name:?}");
    }
    let refused = stage.tokens.make(stage.new_token(&[]), somebody()).await;
    assert!(matches!(refused, Err(MakeTokenError::NoScope)));
    let over = NewToken { expires_at: Some(in_ms(0)), ..good.clone() };
    let refused = stage.tokens.make(over, somebody()).await;
    assert!(matches!(refused, Err(MakeTokenError::Expired { .. })));
    let limits = TokenLimits { rate: Some(0), ..TokenLimits::default() };
    let refused = stage.tokens.make(NewToken { limits, ..good.clone() }, somebody()).await;
    assert!(matches!(refused, Err(MakeTokenError::Limits)));
    for n in 0..100 {
        stage.tokens.make(named(&format!("number {n}")), somebody()).await.unwrap();
    }
    let refused = stage.tokens.make(good, somebody()).await;
    assert!(matches!(refused, Err(MakeTokenError::TooMany)));
}

#[tokio::test]
async fn the_tokens_that_a_token_made_go_with_it() {
    let stage = Stage::new().await;
    let scopes = [Scope::TokenWrite, Scope::CodeRun];
    let (parent, _) = stage.make(&scopes).await;
    let make = async |by: &Token| {
        let maker = Maker { scopes: by.scopes, token: Some(by) };
        stage.tokens.make(stage.new_token(&scopes), maker).await
    };
    let (child, _) = make(&parent).await.unwrap();
    let (grandchild, secret) = make(&child).await.unwrap();
    let (other, other_secret) = stage.make(&scopes).await;
    assert!(counts(&stage.tokens, &secret).await);
    let mut revoked = stage.tokens.revoke(parent.id).await.unwrap();
    revoked.sort_unstable();
    let mut expected = [parent.id, child.id, grandchild.id];
    expected.sort_unstable();
    assert_eq!(revoked, expected);
    assert!(!counts(&stage.tokens, &secret).await && counts(&stage.tokens, &other_secret).await);
    assert_eq!(stage.tokens.list(None).await.unwrap().len(), 1);
    // A request that was verified just before must not leave a child behind.
    assert!(matches!(make(&child).await, Err(MakeTokenError::Insert(_))));
    assert!(make(&other).await.is_ok());
}

#[tokio::test]
async fn the_use_of_a_token_is_noted_once_a_minute_and_not_at_each_request() {
    let stage = Stage::new().await;
    let (token, secret) = stage.make(&[Scope::CodeRun]).await;
    let noted = async || {
        stage.tasks.close();
        stage.tasks.wait().await;
        stage.store.token(token.id).await.unwrap().unwrap().last_used_at
    };
    assert_eq!(noted().await, None);
    for _ in 0..10 {
        assert!(counts(&stage.tokens, &secret).await);
        stage.pass(Duration::from_secs(1));
    }
    assert_eq!(noted().await, Some(in_ms(0)));
    stage.pass(Duration::from_secs(50));
    assert!(counts(&stage.tokens, &secret).await);
    assert_eq!(noted().await, Some(in_ms(60_000)));
}

#[tokio::test]
async fn an_operators_key_is_a_token_of_which_nothing_is_stored() {
    let stage = Stage::new().await;
    let key = "api-key-123";
    assert_eq!(stage.tokens.verify(key).await.unwrap(), None);
    stage.tokens.accept_operator_key(key).await.unwrap();
    let verified = stage.tokens.verify(key).await.unwrap().unwrap();
    assert_eq!(verified.user.username, "api");
    assert!(verified.token.scopes.contains(Scope::CodeRun));
    assert!(!verified.token.scopes.contains(Scope::RunbookRead));
    let stored = stage.store.tokens_with_prefix(&verified.token.prefix).await.unwrap();
    assert_eq!((stored.len(), stored[0].secret_hash.as_str()), (1, ""));
    for wrong in ["api-key-12", "api-key-1234", "API-KEY-123", "api-key", ""] {
        assert_eq!(stage.tokens.verify(wrong).await.unwrap(), None, "{wrong}");
    }
    // After a start with another key the token is the same, and the old key worthless.
    let restarted = stage.another_process();
    restarted.accept_operator_key("another").await.unwrap();
    let again = restarted.verify("another").await.unwrap().unwrap();
    assert_eq!(again.token.id, verified.token.id);
    assert_eq!(restarted.verify(key).await.unwrap(), None);
    restarted.revoke(again.token.id).await.unwrap();
    assert_eq!(restarted.verify("another").await.unwrap(), None);
}

#[tokio::test]
async fn an_operators_key_is_never_that_of_a_person_who_is_called_api() {
    let stage = Stage::new().await;
    let squatter = NewAccount {
        email: "eve@example.com".to_owned(),
        username: "api".to_owned(),
        password_hash: "hash".to_owned(),
        administrator: false,
    };
    let accounts = Accounts::new(stage.store.clone(), Clock::system());
    let squatter = accounts.create(squatter).await.unwrap();
    stage.tokens.accept_operator_key("key").await.unwrap();
    let verified = stage.tokens.verify("key").await.unwrap().unwrap();
    assert_ne!(verified.user.id, squatter.id);
    assert!(verified.user.username.starts_with("api-"), "{:?}", verified.user);
}
