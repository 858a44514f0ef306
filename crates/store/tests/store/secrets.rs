use model::id::UserId;
use store::SealedSecret;

use crate::{
    databases::on_each_database,
    samples::{at, new_user, with_user},
};

fn secret(owner: UserId, name: &str, sealed: &str, millis: i64) -> SealedSecret {
    SealedSecret {
        owner,
        name: name.parse().unwrap(),
        sealed: sealed.to_owned(),
        created_at: at(millis),
        updated_at: at(millis),
    }
}

#[tokio::test]
async fn a_secret_set_again_is_replaced_and_keeps_its_birthday() {
    on_each_database(async |store| {
        let owner = with_user(&store).await.id;
        store.put_secret(&secret(owner, "B", "one", 1)).await.unwrap();
        store.put_secret(&secret(owner, "A", "two", 2)).await.unwrap();
        store.put_secret(&secret(owner, "B", "three", 3)).await.unwrap();
        let expected = [
            secret(owner, "A", "two", 2),
            SealedSecret { created_at: at(1), ..secret(owner, "B", "three", 3) },
        ];
        assert_eq!(store.secrets(owner).await.unwrap(), expected);
        assert_eq!(store.count_secrets(owner).await.unwrap(), 2);
    })
    .await;
}

#[tokio::test]
async fn nobody_finds_or_deletes_the_secret_of_another() {
    on_each_database(async |store| {
        let owner = with_user(&store).await.id;
        let other = store.create_user(new_user(2)).await.unwrap().id;
        store.put_secret(&secret(owner, "A", "one", 1)).await.unwrap();
        let name = "A".parse().unwrap();
        assert_eq!(store.secret(other, &name).await.unwrap(), None);
        assert!(!store.delete_secret(other, &name).await.unwrap());
        assert!(store.delete_secret(owner, &name).await.unwrap());
        assert!(!store.delete_secret(owner, &name).await.unwrap());
        assert_eq!(store.secret(owner, &name).await.unwrap(), None);
    })
    .await;
}
