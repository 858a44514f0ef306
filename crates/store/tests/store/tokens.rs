use model::{
    id::{TokenId, UserId},
    scope::{Scope, Scopes},
    token::{Token, TokenLimits},
};
use store::{InsertTokenError, Store, StoreError};
use tempfile::TempDir;

use crate::{
    databases::{on_each_database, sqlite_url},
    samples::{at, with_user},
};

fn token(n: u128, user: UserId, parent: Option<u128>) -> Token {
    Token {
        id: TokenId::from_random(n),
        user,
        name: format!("Token {n}"),
        prefix: format!("rbk_{n:08x}"),
        scopes: Scopes::from_iter([Scope::CodeRun, Scope::RunbookRead]),
        parent: parent.map(TokenId::from_random),
        limits: TokenLimits { rate: Some(1), burst: None, concurrent: Some(u32::MAX) },
        created_at: at(i64::try_from(n).unwrap()),
        expires_at: Some(at(1000)),
        last_used_at: None,
        revoked_at: None,
    }
}

#[tokio::test]
async fn a_token_reads_back_as_stored_and_is_found_by_its_prefix() {
    on_each_database(async |store| {
        let user = with_user(&store).await.id;
        let (first, second) = (token(1, user, None), token(2, user, None));
        store.insert_token(&first, "hash 1").await.unwrap();
        store.insert_token(&second, "hash 2").await.unwrap();
        assert_eq!(store.token(first.id).await.unwrap().as_ref(), Some(&first));
        let found = store.tokens_with_prefix(&first.prefix).await.unwrap();
        assert_eq!((found.len(), &found[0].token), (1, &first));
        assert_eq!(found[0].secret_hash, "hash 1");
        assert_eq!(store.tokens_with_prefix("rbk_%").await.unwrap(), []);
        assert_eq!(store.tokens(Some(user)).await.unwrap(), [first, second]);
        assert_eq!(store.tokens(Some(UserId::from_random(9))).await.unwrap(), []);
    })
    .await;
}

#[tokio::test]
async fn revoking_takes_all_that_a_token_made_and_nothing_else() {
    on_each_database(async |store| {
        let user = with_user(&store).await.id;
        for (n, parent) in [(1, None), (2, Some(1)), (3, Some(2)), (4, Some(1)), (5, None)] {
            store.insert_token(&token(n, user, parent), "").await.unwrap();
        }
        let mut revoked = store.revoke_token(TokenId::from_random(2), at(7)).await.unwrap();
        revoked.sort_unstable();
        assert_eq!(revoked, [2, 3].map(TokenId::from_random));
        let left: Vec<_> = store.tokens(None).await.unwrap().iter().map(|it| it.id).collect();
        assert_eq!(left, [1, 4, 5].map(TokenId::from_random));
        let child = store.token(TokenId::from_random(3)).await.unwrap().unwrap();
        assert_eq!(child.revoked_at, Some(at(7)));
        let late = store.insert_token(&token(6, user, Some(3)), "").await;
        assert!(matches!(late, Err(InsertTokenError::ParentRevoked)), "{late:?}");
        store.revoke_token(TokenId::from_random(2), at(8)).await.unwrap();
        let child = store.token(TokenId::from_random(3)).await.unwrap().unwrap();
        assert_eq!(child.revoked_at, Some(at(7)), "once is enough");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_that_is_made_while_its_parent_is_revoked_does_not_outlive_it() {
    on_each_database(async |store: Store| {
        let user = with_user(&store).await.id;
        for n in 0..20_u128 {
            let (parent, child) = (token(100 + n, user, None), token(200 + n, user, Some(100 + n)));
            store.insert_token(&parent, "").await.unwrap();
            let (made, revoked) =
                tokio::join!(store.insert_token(&child, ""), store.revoke_token(parent.id, at(9)));
            revoked.unwrap();
            let child = store.token(child.id).await.unwrap();
            assert_eq!(child.is_some(), made.is_ok());
            assert!(child.is_none_or(|it| it.revoked_at.is_some()), "round {n}");
        }
    })
    .await;
}

#[tokio::test]
async fn limits_and_the_last_use_are_replaced_and_time_does_not_go_back() {
    on_each_database(async |store| {
        let user = with_user(&store).await.id;
        let before = token(1, user, None);
        store.insert_token(&before, "").await.unwrap();
        let limits = TokenLimits { rate: None, burst: Some(3), concurrent: None };
        assert!(store.set_token_limits(before.id, limits).await.unwrap());
        assert!(!store.set_token_limits(TokenId::from_random(2), limits).await.unwrap());
        store.touch_token(before.id, at(20)).await.unwrap();
        store.touch_token(before.id, at(10)).await.unwrap();
        let after = store.token(before.id).await.unwrap().unwrap();
        assert_eq!(after, Token { limits, last_used_at: Some(at(20)), ..before });
    })
    .await;
}

#[tokio::test]
async fn an_administrators_command_works_beside_a_hub_and_keeps_one_out_without() {
    let dir = TempDir::new().unwrap();
    let hub = Store::open(&sqlite_url(&dir)).await.unwrap();
    let user = with_user(&hub).await;
    let beside = Store::open_beside_a_hub(&sqlite_url(&dir)).await.unwrap();
    assert_eq!(beside.users().await.unwrap(), std::slice::from_ref(&user));
    beside.insert_token(&token(1, user.id, None), "").await.unwrap();
    assert_eq!(hub.tokens(None).await.unwrap().len(), 1);
    hub.insert_token(&token(2, user.id, None), "").await.unwrap();
    assert_eq!(beside.tokens(None).await.unwrap().len(), 2);
    beside.close().await.unwrap();
    hub.insert_token(&token(3, user.id, None), "").await.unwrap();
    hub.close().await.unwrap();

    let alone = Store::open_beside_a_hub(&sqlite_url(&dir)).await.unwrap();
    assert_eq!(alone.tokens(None).await.unwrap().len(), 3);
    let refused = Store::open(&sqlite_url(&dir)).await.unwrap_err();
    assert!(matches!(refused, StoreError::InUse { .. }), "{refused:?}");
    alone.close().await.unwrap();
}
