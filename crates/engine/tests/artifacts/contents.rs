//! Contents: kept once, opened by references only, refused when changed, deleted when nothing names them.

use std::{fs, time::Duration};

use engine::{ArtifactError, ReferenceError};
use model::job::JobLimits;
use store::Subject;

use crate::stage::{Stage, account, chunks, noise, upload};

const PIECE: usize = 1 << 20;

#[tokio::test]
async fn what_was_kept_reads_back_whole_and_in_any_range() {
    let stage = Stage::in_a_directory().await;
    for length in [0, 1, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 4321] {
        let bytes = noise(length);
        let kept = stage.keep("data.bin", &bytes).await.unwrap();
        assert_eq!(kept.size, length as u64);
        assert_eq!(stage.read(&kept).await.unwrap(), bytes, "{length}");
    }
    let bytes = noise(3 * PIECE + 4321);
    let kept = stage.keep("data.bin", &bytes).await.unwrap();
    let ranges =
        [(0, 1), (5, 5), (PIECE - 1, PIECE + 1), (PIECE, 3 * PIECE), (2_000_000, 9_999_999)];
    for (from, until) in ranges {
        let read = stage.read_range(&kept, from as u64..until as u64).await.unwrap();
        assert_eq!(read, bytes[from..until.min(bytes.len())], "{from}..{until}");
    }
}

#[tokio::test]
async fn the_same_content_is_kept_once() {
    let stage = Stage::in_a_directory().await;
    let bytes = noise(100_000);
    let first = stage.keep("one", &bytes).await.unwrap();
    let second = stage.keep("two", &bytes).await.unwrap();
    assert_eq!(first.digest, second.digest);
    assert_ne!(first.id, second.id);
    assert_eq!(stage.blobs().len(), 1);
    assert!(stage.staged().is_empty(), "nothing is left of uploads");
    assert!(stage.artifacts.delete(first.id).await.unwrap());
    stage.put_the_clock_forward(Duration::from_secs(2 * 60 * 60));
    assert_eq!(stage.sweep().await.unwrap(), (0, 0));
    assert_eq!(stage.read(&second).await.unwrap(), bytes);
}

#[tokio::test]
async fn one_changed_byte_is_refused_before_any_of_its_piece_is_given_out() {
    let stage = Stage::in_a_directory().await;
    let bytes = noise(3 * PIECE);
    let kept = stage.keep("data", &bytes).await.unwrap();
    let blob = stage.blobs().remove(0);
    let mut changed = bytes.clone();
    changed[PIECE + 7] ^= 1;
    fs::write(&blob, &changed).unwrap();
    let mut reading = stage.artifacts.read(&kept, 0..kept.size).await.unwrap();
    assert_eq!(reading.next().await.unwrap().unwrap(), bytes[..PIECE]);
    let refused = reading.next().await.unwrap_err();
    assert!(matches!(refused, ArtifactError::Changed { digest } if digest == kept.digest));
    let whole = stage.read_range(&kept, PIECE as u64 + 500..PIECE as u64 + 501).await.unwrap_err();
    assert!(matches!(whole, ArtifactError::Changed { .. }), "also where the range is untouched");
    assert_eq!(stage.read_range(&kept, 0..10).await.unwrap(), bytes[..10]);
    for other in [&bytes[..bytes.len() - 1], &[bytes.as_slice(), b"x"].concat()] {
        fs::write(&blob, other).unwrap();
        let refused = stage.read(&kept).await.unwrap_err();
        assert!(matches!(refused, ArtifactError::Changed { .. }), "{refused}");
    }
    fs::remove_file(&blob).unwrap();
    assert!(matches!(stage.read(&kept).await.unwrap_err(), ArtifactError::Gone));
}

#[tokio::test]
async fn a_reference_opens_for_its_owner_until_it_expires_or_the_artifact_goes() {
    let stage = Stage::in_a_directory().await;
    let kept = stage.keep("data", b"hello").await.unwrap();
    let (shown, _) = stage.artifacts.sign(&kept, Duration::from_secs(60));
    assert_eq!(stage.artifacts.resolve(&shown, stage.owner).await.unwrap(), kept);
    let stranger = account(&stage.store, "eve").await;
    let refused = stage.artifacts.resolve(&shown, stranger).await.unwrap_err();
    assert!(matches!(refused, ArtifactError::Reference(ReferenceError::OtherOwner)));
    let refused = stage.artifacts.resolve(&kept.id.to_string(), stage.owner).await.unwrap_err();
    assert!(matches!(refused, ArtifactError::Reference(ReferenceError::Forged)));
    stage.put_the_clock_forward(Duration::from_secs(61));
    let refused = stage.artifacts.resolve(&shown, stage.owner).await.unwrap_err();
    assert!(matches!(refused, ArtifactError::Reference(ReferenceError::Expired { .. })));
    let (shown, _) = stage.artifacts.sign(&kept, Duration::from_secs(60));
    stage.artifacts.delete(kept.id).await.unwrap();
    let refused = stage.artifacts.resolve(&shown, stage.owner).await.unwrap_err();
    assert!(matches!(refused, ArtifactError::Gone));
}

#[tokio::test]
async fn what_has_expired_is_swept_with_its_content() {
    let stage = Stage::in_a_directory().await;
    let keep = Some(Duration::from_secs(60));
    let new = || engine::NewUpload { keep, ..upload(stage.owner, "short") };
    let short = stage.artifacts.keep(new(), chunks(b"short"), None).await.unwrap();
    let long = stage.keep("long", b"long").await.unwrap();
    let (shown, until) = stage.artifacts.sign(&short, Duration::from_secs(3600));
    assert_eq!(Some(until), short.expires_at, "a reference does not outlive its artifact");
    stage.put_the_clock_forward(Duration::from_secs(61));
    let refused = stage.artifacts.resolve(&shown, stage.owner).await.unwrap_err();
    assert!(matches!(refused, ArtifactError::Reference(ReferenceError::Expired { .. })));
    assert_eq!(stage.sweep().await.unwrap(), (1, 0), "its content may be stored again");
    stage.put_the_clock_forward(Duration::from_secs(2 * 60 * 60));
    assert_eq!(stage.sweep().await.unwrap(), (0, 1));
    assert_eq!(stage.blobs().len(), 1);
    assert_eq!(stage.read(&long).await.unwrap(), b"long");
    let again = stage.keep("short", b"short").await.unwrap();
    assert_eq!(stage.read(&again).await.unwrap(), b"short");
}

#[tokio::test]
async fn an_object_that_nobody_came_to_name_is_swept_and_no_other() {
    let stage = Stage::in_a_directory().await;
    let kept = stage.keep("data", b"hello").await.unwrap();
    let named = stage.blobs().remove(0);
    let directory = named.parent().unwrap();
    let hex = kept.digest.hex();
    // Stored by a hub that was killed then.
    let orphan = directory.join(format!("{hex}-0123abcd"));
    let not_ours =
        [directory.join(format!("{hex}-0123abcd.bak")), directory.join("notes-0123abcd")];
    for path in not_ours.iter().chain([&orphan]) {
        fs::write(path, b"hello").unwrap();
    }
    let mut orphans = engine::Orphans::default();
    let mut look = async |young| stage.artifacts.sweep_orphans(&mut orphans, young).await.unwrap();
    assert_eq!(look(Duration::ZERO).await, 0, "seen for the first time");
    assert_eq!(look(Duration::from_secs(3600)).await, 0, "it is young");
    assert_eq!(look(Duration::ZERO).await, 1);
    assert!(!orphan.exists() && not_ours.iter().all(|it| it.exists()));
    assert_eq!(stage.read(&kept).await.unwrap(), b"hello");
}

#[tokio::test]
async fn nobody_keeps_more_than_their_limit_however_many_come_at_once() {
    let stage = Stage::in_a_directory().await;
    let artifact_bytes = Some(250);
    let limits = JobLimits { artifact_bytes, ..JobLimits::default() };
    stage.store.set_job_limits(Subject::User(stage.owner), limits).await.unwrap();
    let keep = |n: u8| {
        let bytes = vec![n; 100];
        let new = upload(stage.owner, "part");
        let artifacts = stage.artifacts.clone();
        async move { artifacts.keep(new, chunks(&bytes), None).await }
    };
    let kept = futures_util::future::join_all((0..8).map(keep)).await;
    let (kept, refused): (Vec<_>, Vec<_>) = kept.into_iter().partition(Result::is_ok);
    assert_eq!((kept.len(), refused.len()), (2, 6));
    let over = |it: &Result<_, ArtifactError>| matches!(it, Err(ArtifactError::OverLimit { .. }));
    assert!(refused.iter().all(over), "{refused:?}");
    assert_eq!(stage.store.artifact_bytes(stage.owner, None).await.unwrap(), 200);
    assert_eq!(stage.blobs().len(), 2, "what was refused leaves no content");
    assert!(stage.staged().is_empty());
}
