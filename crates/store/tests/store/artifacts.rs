use model::{
    artifact::{Artifact, Digest},
    id::{ArtifactId, JobId, TokenId, UserId},
    time::Timestamp,
};
use store::{ArtifactLimits, Blob, InsertArtifactError, Store};
use tokio::task::JoinSet;

use crate::{
    databases::on_each_database,
    samples::{at, with_user},
};

fn artifact(n: u128, owner: UserId, content: u8) -> Artifact {
    Artifact {
        id: ArtifactId::from_random(n),
        owner,
        token: Some(TokenId::from_random(7)),
        name: "out/\u{1f980}.csv".to_owned(),
        media_type: "text/csv".to_owned(),
        digest: Digest::new([content; 32]),
        size: 100,
        job: Some(JobId::from_random(n % 2)),
        created_at: at(i64::try_from(n).unwrap()),
        expires_at: Some(at(1000 * i64::try_from(n).unwrap())),
    }
}

fn blob(content: u8, place: &str) -> Blob {
    Blob {
        digest: Digest::new([content; 32]),
        place: place.to_owned(),
        size: 100,
        pieces: vec![Digest::new([1; 32]), Digest::new([2; 32])],
        stored_at: at(0),
    }
}

const NO_LIMITS: ArtifactLimits = ArtifactLimits { of_user: None, of_token: None };

async fn insert(store: &Store, it: &Artifact, place: &str) -> Blob {
    let content = blob(it.digest.bytes()[0], place);
    store.insert_artifact(it, &content, NO_LIMITS, None).await.unwrap()
}

#[tokio::test]
async fn an_artifact_and_its_content_read_back_as_stored() {
    on_each_database(async |store| {
        let owner = with_user(&store).await.id;
        let kept: Vec<_> = (1..=3).map(|n| artifact(n, owner, u8::try_from(n).unwrap())).collect();
        for it in &kept {
            assert_eq!(insert(&store, it, "a").await, blob(it.digest.bytes()[0], "a"));
        }
        assert_eq!(store.artifact(kept[0].id).await.unwrap().as_ref(), Some(&kept[0]));
        assert_eq!(store.blob(kept[1].digest).await.unwrap(), Some(blob(2, "a")));
        let page = store.artifacts(owner, None, 2).await.unwrap();
        assert_eq!(page.items, [kept[2].clone(), kept[1].clone()]);
        let rest = store.artifacts(owner, page.next.as_ref(), 2).await.unwrap();
        assert_eq!((rest.items, rest.next), (vec![kept[0].clone()], None));
        let of_job = store.artifacts_of_job(JobId::from_random(1)).await.unwrap();
        assert_eq!(of_job, [kept[0].clone(), kept[2].clone()]);
        assert_eq!(store.artifact_bytes(owner, None).await.unwrap(), 300);
        assert_eq!(store.artifact_bytes(owner, Some(TokenId::from_random(8))).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn of_two_objects_with_one_content_the_first_counts() {
    on_each_database(async |store| {
        let owner = with_user(&store).await.id;
        assert_eq!(insert(&store, &artifact(1, owner, 9), "first").await.place, "first");
        assert_eq!(insert(&store, &artifact(2, owner, 9), "second").await.place, "first");
    })
    .await;
}

#[tokio::test]
async fn limits_of_user_and_token_are_exact_when_many_come_at_once() {
    on_each_database(async |store| {
        let owner = with_user(&store).await.id;
        let of_token = ArtifactLimits { of_user: Some(1000), of_token: Some(300) };
        let mut tasks = JoinSet::new();
        for n in 1..=8 {
            let (store, it) = (store.clone(), artifact(n, owner, 1));
            tasks.spawn(
                async move { store.insert_artifact(&it, &blob(1, "a"), of_token, None).await },
            );
        }
        let mut stored = 0;
        for done in tasks.join_all().await {
            match done {
                Ok(_) => stored += 1,
                Err(InsertArtifactError::TooMuch { used, size, limit }) => {
                    assert_eq!((used, size, limit), (300, 100, 300));
                }
                Err(error) => panic!("{error}"),
            }
        }
        assert_eq!(stored, 3);
    })
    .await;
}

#[tokio::test]
async fn only_contents_that_nothing_names_are_taken() {
    on_each_database(async |store| {
        let owner = with_user(&store).await.id;
        let (one, other) = (artifact(1, owner, 1), artifact(2, owner, 2));
        insert(&store, &one, "one").await;
        insert(&store, &other, "other").await;
        let expired = store.expire_artifacts(at(1500), 10).await.unwrap();
        assert_eq!(expired, std::slice::from_ref(&one));
        assert_eq!(store.take_unused_blobs(at(0), 10).await.unwrap(), []);
        let touched = store.touch_blob(one.digest, at(50)).await.unwrap().unwrap();
        assert_eq!(touched.stored_at, at(50));
        assert_eq!(store.take_unused_blobs(at(50), 10).await.unwrap(), [], "it was just asked for");
        let taken = store.take_unused_blobs(at(51), 10).await.unwrap();
        assert_eq!(taken.iter().map(|it| it.place.as_str()).collect::<Vec<_>>(), ["one"]);
        assert_eq!(store.touch_blob(one.digest, at(60)).await.unwrap(), None);
        assert!(store.delete_artifact(other.id).await.unwrap());
        assert!(!store.delete_artifact(other.id).await.unwrap());
        let all = store.take_unused_blobs(Timestamp::from_millis(i64::MAX), 10).await.unwrap();
        assert_eq!(all.len(), 1);
    })
    .await;
}
