use model::id::UserId;
use store::{CreateUserError, StoreError};

use crate::{
    databases::on_each_database,
    samples::{at, new_user, with_user},
};

#[tokio::test]
async fn a_user_reads_back_as_stored() {
    on_each_database(async |store| {
        let user = with_user(&store).await;
        assert_eq!(user.email, "User1@Example.org");
        assert_eq!(store.user(user.id).await.unwrap(), Some(user));
        assert_eq!(store.user(UserId::from_random(2)).await.unwrap(), None);
        assert_eq!(store.count_users().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_email_address_is_unique_whatever_its_case() {
    on_each_database(async |store| {
        with_user(&store).await;
        let mut second = new_user(2);
        second.email = "uSER1@eXAMPLE.ORG".to_owned();
        let refused = store.create_user(second).await;
        assert!(matches!(refused, Err(CreateUserError::EmailTaken { .. })), "{refused:?}");
        assert_eq!(store.count_users().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_username_is_unique_whatever_its_case() {
    on_each_database(async |store| {
        with_user(&store).await;
        let mut second = new_user(2);
        second.username = "uSER1".to_owned();
        let refused = store.create_user(second).await;
        assert!(matches!(refused, Err(CreateUserError::UsernameTaken { .. })), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn credentials_are_found_by_address_or_name_in_any_case() {
    on_each_database(async |store| {
        let user = with_user(&store).await;
        for text in ["user1@example.org", "USER1@EXAMPLE.ORG", "user1", "USER1"] {
            let (found, hash) = store.credentials(text).await.unwrap().unwrap();
            assert_eq!((found, hash.as_str()), (user.clone(), "$argon2id$1"), "{text}");
        }
        for text in ["nobody", "user1\0", "user%", ""] {
            assert_eq!(store.credentials(text).await.unwrap(), None, "{text:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_username_that_is_the_address_of_another_does_not_shadow_it() {
    on_each_database(async |store| {
        let mut first = new_user(1);
        first.username = "user2@example.org".to_owned();
        store.create_user(first).await.unwrap();
        let second = store.create_user(new_user(2)).await.unwrap();
        let (found, _) = store.credentials("user2@example.org").await.unwrap().unwrap();
        assert_eq!(found, second);
    })
    .await;
}

#[tokio::test]
async fn an_address_with_a_nul_is_refused() {
    on_each_database(async |store| {
        let mut user = new_user(1);
        user.email.push('\0');
        let refused = store.create_user(user).await;
        assert!(
            matches!(refused, Err(CreateUserError::Store(StoreError::Nul { field: "email" }))),
            "{refused:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn another_password_begins_another_generation_of_sign_ins() {
    on_each_database(async |store| {
        let user = with_user(&store).await;
        store.set_password(user.id, "$argon2id$new").await.unwrap();
        let (after, hash) = store.credentials("user1").await.unwrap().unwrap();
        assert_eq!(hash, "$argon2id$new");
        assert_eq!(after.sign_in_generation, user.sign_in_generation + 1);
    })
    .await;
}

#[tokio::test]
async fn an_account_is_disabled_and_enabled_again() {
    on_each_database(async |store| {
        let user = with_user(&store).await;
        store.set_disabled(user.id, Some(at(5))).await.unwrap();
        assert_eq!(store.users().await.unwrap()[0].disabled_at, Some(at(5)));
        store.set_disabled(user.id, None).await.unwrap();
        assert_eq!(store.user(user.id).await.unwrap(), Some(user));
    })
    .await;
}

#[tokio::test]
async fn accounts_are_found_by_a_part_of_their_name_or_address_in_pages() {
    on_each_database(async |store| {
        for n in 1..=3 {
            let mut new = new_user(n);
            new.username = format!("Ann_{n}");
            new.created_at = at(i64::try_from(n).unwrap());
            store.create_user(new).await.unwrap();
        }
        let reader = store.reader();
        let names = |page: &store::Page<model::user::User>| {
            page.items.iter().map(|it| it.username.clone()).collect::<Vec<_>>()
        };
        let first = reader.users_like("ANN_", None, 2).await.unwrap();
        assert_eq!(names(&first), ["Ann_3", "Ann_2"]);
        let rest = reader.users_like("ANN_", first.next.as_ref(), 2).await.unwrap();
        assert_eq!((names(&rest), rest.next), (vec!["Ann_1".to_owned()], None));
        assert_eq!(names(&reader.users_like("user2@", None, 9).await.unwrap()), ["Ann_2"]);
        let named = async |text: &str| {
            let found = reader.users_named(text, 2).await.unwrap();
            found.into_iter().map(|it| it.username).collect::<Vec<_>>()
        };
        assert_eq!(named("aNN_").await, ["Ann_1", "Ann_2"]);
        assert_eq!(named("nn_").await, [""; 0]);
        for nothing in ["%", "n__", "\\", "\0"] {
            let found = reader.users_like(nothing, None, 9).await.unwrap();
            assert_eq!(names(&found), [""; 0], "{nothing:?}");
            assert_eq!(named(nothing).await, [""; 0], "{nothing:?}");
        }
    })
    .await;
}
