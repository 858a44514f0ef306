//! Uploads to several hubs that keep their artifacts in one bucket, of which half of the calls fail.

use bytes::Bytes;
use engine::{ArtifactError, Artifacts, ArtifactsConfig, Clock, NewUpload, Place, SecretKey};
use futures_util::stream;
use model::time::Timestamp;
use tempfile::TempDir;

use crate::{
    s3::Double,
    stage::{Chunk, Stage, account, chunks, noise, upload},
};

/// Another hub on the same database and bucket, with a disk of its own.
fn another(stage: &Stage, place: Place) -> (Artifacts, TempDir) {
    let disk = tempfile::tempdir().unwrap();
    let staging = disk.path().join("staging");
    let config = ArtifactsConfig { place, staging, keep: None, most_bytes: 1 << 30 };
    let opened =
        Artifacts::open(stage.store.clone(), config, &SecretKey::random(), Clock::system());
    (opened.unwrap(), disk)
}

fn staged(double: &Double) -> usize {
    double.keys().iter().filter(|it| it.starts_with("runbook/uploads/")).count()
}

#[tokio::test]
async fn each_part_of_an_upload_may_go_to_another_hub() {
    let (double, place) = Double::listen().await;
    let stage = Stage::new(Some(place.clone())).await;
    let (other, disk) = another(&stage, place);
    let bytes = noise((20 << 20) + 77);
    let size = Some(bytes.len() as u64);
    let begun = stage.artifacts.begin(NewUpload { size, ..upload(stage.owner, "big") });
    let begun = begun.await.unwrap();

    let broken: Vec<Chunk> = vec![
        Ok(Bytes::copy_from_slice(&bytes[..9_000_000])),
        Err(std::io::Error::other("the line went dead")),
    ];
    let broken_off = other.append(&begun, 0, stream::iter(broken)).await.unwrap_err();
    assert!(matches!(broken_off, ArtifactError::BrokenOff { .. }), "{broken_off}");
    let so_far = stage.artifacts.upload(begun.id, stage.owner).await.unwrap();
    assert_eq!(so_far.received, 9_000_000);
    let early = stage.artifacts.finish(&so_far, None).await.unwrap_err();
    assert!(matches!(early, ArtifactError::Incomplete { received: 9_000_000, .. }), "{early}");
    let stale = stage.artifacts.append(&so_far, 0, chunks(&bytes)).await.unwrap_err();
    assert!(matches!(stale, ArtifactError::Offset { received: 9_000_000, offset: 0 }), "{stale}");

    let rest = chunks(&bytes[9_000_000..]);
    let whole = stage.artifacts.append(&so_far, 9_000_000, rest).await.unwrap();
    assert!(whole.is_whole());
    let kept = other.finish(&whole, None).await.unwrap();
    assert!(stage.read(&kept).await.unwrap() == bytes);
    assert_eq!((staged(&double), stage.staged().len()), (0, 0), "nothing of it stays behind");
    assert_eq!(std::fs::read_dir(disk.path().join("staging")).unwrap().count(), 0);
    let gone = stage.artifacts.upload(begun.id, stage.owner).await.unwrap_err();
    assert!(matches!(gone, ArtifactError::NoUpload), "{gone}");
}

#[tokio::test]
async fn an_upload_in_a_bucket_is_its_owner_s_alone_and_is_given_up_after_a_day() {
    let (double, place) = Double::listen().await;
    let stage = Stage::new(Some(place.clone())).await;
    let (other, _disk) = another(&stage, place);
    let begun = stage.artifacts.begin(upload(stage.owner, "mine")).await.unwrap();
    let begun = stage.artifacts.append(&begun, 0, chunks(&noise(100_000))).await.unwrap();
    let stranger = account(&stage.store, "eve").await;
    let refused = other.upload(begun.id, stranger).await.unwrap_err();
    assert!(matches!(refused, ArtifactError::NoUpload), "{refused}");
    // The bucket says of all that it is of midnight.
    let midnight = 1_795_219_200_000;
    let hours = |it: i64| Timestamp::from_millis(midnight + it * 3_600_000);
    other.sweep(hours(23)).await.unwrap();
    assert_eq!(staged(&double), 2);
    other.sweep(hours(25)).await.unwrap();
    assert_eq!(staged(&double), 0);
}
