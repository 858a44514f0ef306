//! Uploads in parts: taken up again where they broke off, whole or not at all.

use bytes::Bytes;
use engine::{ArtifactError, NewUpload};
use futures_util::stream;
use model::artifact::Digest;
use tokio_util::task::TaskTracker;

use crate::stage::{Chunk, Stage, account, chunks, noise, upload};

#[tokio::test]
async fn an_upload_that_broke_off_is_taken_up_again_where_it_ended() {
    let stage = Stage::in_a_directory().await;
    let bytes = noise(300_000);
    let size = Some(bytes.len() as u64);
    let new = NewUpload { size, ..upload(stage.owner, "big") };
    let begun = stage.artifacts.begin(new).await.unwrap();
    let broken: Vec<Chunk> = vec![
        Ok(Bytes::copy_from_slice(&bytes[..100_000])),
        Err(std::io::Error::other("the line went dead")),
    ];
    let broken_off = stage.artifacts.append(&begun, 0, stream::iter(broken)).await.unwrap_err();
    assert!(matches!(broken_off, ArtifactError::BrokenOff { .. }));
    let again = stage.artifacts.upload(begun.id, stage.owner).await.unwrap();
    assert_eq!(again.received, 100_000);
    assert!(!again.is_whole());
    let early = stage.artifacts.finish(&again, None).await.unwrap_err();
    assert!(matches!(early, ArtifactError::Incomplete { received: 100_000, .. }));
    let twice = stage.artifacts.append(&again, 0, chunks(&bytes)).await.unwrap_err();
    assert!(matches!(twice, ArtifactError::Offset { received: 100_000, offset: 0 }));
    let whole = stage.artifacts.append(&again, 100_000, chunks(&bytes[100_000..])).await.unwrap();
    assert!(whole.is_whole());
    let kept = stage.artifacts.finish(&whole, None).await.unwrap();
    assert_eq!(stage.read(&kept).await.unwrap(), bytes);
    let gone = stage.artifacts.upload(begun.id, stage.owner).await.unwrap_err();
    assert!(matches!(gone, ArtifactError::NoUpload));
}

#[tokio::test]
async fn an_upload_is_its_owner_s_alone() {
    let stage = Stage::in_a_directory().await;
    let begun = stage.artifacts.begin(upload(stage.owner, "mine")).await.unwrap();
    let stranger = account(&stage.store, "eve").await;
    let refused = stage.artifacts.upload(begun.id, stranger).await.unwrap_err();
    assert!(matches!(refused, ArtifactError::NoUpload));
}

#[tokio::test]
async fn a_content_with_another_digest_or_too_many_bytes_is_no_artifact() {
    let stage = Stage::in_a_directory().await;
    let digest = Some(Digest::new([7; 32]));
    let new = NewUpload { digest, ..upload(stage.owner, "x") };
    let refused = stage.artifacts.keep(new, chunks(b"hello"), None).await.unwrap_err();
    assert!(matches!(refused, ArtifactError::OtherDigest { .. }), "{refused}");
    let new = NewUpload { size: Some(4), ..upload(stage.owner, "x") };
    let refused = stage.artifacts.keep(new, chunks(b"hello"), None).await.unwrap_err();
    assert!(matches!(refused, ArtifactError::TooLarge { most: 4 }), "{refused}");
    let new = NewUpload { size: Some(u64::MAX), ..upload(stage.owner, "x") };
    let refused = stage.artifacts.begin(new).await.unwrap_err();
    assert!(matches!(refused, ArtifactError::TooLarge { .. }), "{refused}");
    for name in ["", "a\nb", &"x".repeat(2000)] {
        let refused = stage.artifacts.begin(upload(stage.owner, name)).await.unwrap_err();
        assert!(matches!(refused, ArtifactError::Name), "{name:?}");
    }
    let odd = NewUpload { media_type: "text/html\r\nx: y".to_owned(), ..upload(stage.owner, "x") };
    let refused = stage.artifacts.begin(odd).await.unwrap_err();
    assert!(matches!(refused, ArtifactError::MediaType), "{refused}");
    assert!(stage.staged().is_empty());
    assert!(stage.blobs().is_empty());
}

#[tokio::test]
async fn an_upload_that_rests_for_a_day_is_given_up_and_one_that_goes_on_is_not() {
    let stage = Stage::in_a_directory().await;
    let (resting, going) = (upload(stage.owner, "resting"), upload(stage.owner, "going"));
    let resting = stage.artifacts.begin(resting).await.unwrap();
    let going = stage.artifacts.begin(going).await.unwrap();
    let long_ago = std::time::UNIX_EPOCH;
    for path in stage.staged() {
        let is_description = path.extension().is_some();
        if is_description || path.ends_with(resting.id.to_string()) {
            std::fs::File::open(path).unwrap().set_modified(long_ago).unwrap();
        }
    }
    // Twice: a description goes when there is nothing that it describes.
    stage.sweep().await.unwrap();
    stage.sweep().await.unwrap();
    assert_eq!(stage.staged().len(), 2);
    stage.artifacts.upload(going.id, stage.owner).await.unwrap();
    let gone = stage.artifacts.upload(resting.id, stage.owner).await.unwrap_err();
    assert!(matches!(gone, ArtifactError::NoUpload));
}

#[tokio::test]
async fn two_requests_cannot_write_to_one_upload() {
    let stage = Stage::in_a_directory().await;
    let begun = stage.artifacts.begin(upload(stage.owner, "x")).await.unwrap();
    let (more, part) = tokio::sync::mpsc::channel::<Chunk>(1);
    let part = Box::pin(stream::unfold(part, async |mut it| Some((it.recv().await?, it))));
    let artifacts = stage.artifacts.clone();
    let first = {
        let begun = begun.clone();
        TaskTracker::new().spawn(async move { artifacts.append(&begun, 0, part).await })
    };
    more.send(Ok(Bytes::from_static(b"one"))).await.unwrap();
    // There is room again once the first has its turn and took what was sent.
    drop(more.reserve().await.unwrap());
    let second = stage.artifacts.append(&begun, 0, chunks(b"two")).await.unwrap_err();
    assert!(matches!(second, ArtifactError::Busy), "{second}");
    drop(more);
    assert_eq!(first.await.unwrap().unwrap().received, 3);
}
