use store::{Answer, Store};

use crate::{
    databases::on_each_database,
    samples::{at, new_user},
};

#[tokio::test]
async fn a_setting_is_replaced() {
    on_each_database(async |store| {
        assert_eq!(store.setting("theme").await.unwrap(), None);
        store.set_setting("theme", "light").await.unwrap();
        store.set_setting("theme", "dark").await.unwrap();
        assert_eq!(store.setting("theme").await.unwrap().as_deref(), Some("dark"));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn those_who_make_a_secret_up_at_once_get_the_same() {
    on_each_database(async |store: Store| {
        let (a, b, c) = tokio::join!(
            store.setting_or_insert("secret", "a"),
            store.setting_or_insert("secret", "b"),
            store.setting_or_insert("secret", "c")
        );
        let kept = store.setting("secret").await.unwrap().unwrap();
        assert_eq!([a.unwrap(), b.unwrap(), c.unwrap()], [(); 3].map(|()| kept.clone()));
        assert_eq!(store.setting_or_insert("secret", "d").await.unwrap(), kept);
    })
    .await;
}

#[tokio::test]
async fn a_revoked_sign_in_is_remembered_until_its_token_expires() {
    on_each_database(async |store| {
        for token in ["first", "second", "second"] {
            let expires_at = if token == "first" { at(10) } else { at(20) };
            store.revoke_sign_in(token, expires_at).await.unwrap();
        }
        assert_eq!(store.forget_expired_sign_ins(at(11)).await.unwrap(), 1);
        assert!(!store.is_sign_in_revoked("first").await.unwrap());
        assert!(store.is_sign_in_revoked("second").await.unwrap());
        assert!(!store.is_sign_in_revoked("third").await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_remembered_for_its_user_until_it_is_old() {
    on_each_database(async |store| {
        let ada = store.create_user(new_user(1)).await.unwrap().id;
        let eve = store.create_user(new_user(2)).await.unwrap().id;
        let answer = |body: &str, time| Answer {
            request_hash: "hash".to_owned(),
            status: 201,
            body: body.to_owned(),
            at: at(time),
        };
        store.remember_answer(ada, "key", &answer("first", 10)).await.unwrap();
        assert!(store.remember_answer(ada, "key", &answer("second", 11)).await.is_err());
        store.remember_answer(eve, "key", &answer("other", 20)).await.unwrap();
        assert_eq!(store.answer(ada, "key").await.unwrap(), Some(answer("first", 10)));
        assert_eq!(store.forget_answers(at(15)).await.unwrap(), 1);
        assert_eq!(store.answer(ada, "key").await.unwrap(), None);
        assert_eq!(store.answer(eve, "key").await.unwrap(), Some(answer("other", 20)));
    })
    .await;
}
