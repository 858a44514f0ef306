//! What images are called, and when they may go.

use sandbox::image::{ImageError, Reference, Removed};

use crate::{
    Place,
    made::{Made, file},
    read,
};

fn name(text: &str) -> Reference {
    text.parse().unwrap()
}

fn made(content: &[u8]) -> Made {
    Made::of(&[&[file("a", content)]])
}

#[tokio::test]
async fn an_image_goes_with_its_last_name() {
    let place = Place::new();
    let image = place.import(&made(b"1")).await.unwrap();
    let digest = *image.digest();
    for text in ["demo:1", "ghcr.io/ada/demo:1"] {
        place.store.tag(&image, &name(text)).unwrap();
    }
    drop(image);
    let forgotten = place.store.remove(&name("demo:1")).unwrap();
    assert!(matches!(forgotten, Removed::Name(it) if it.short() == "demo:1"));
    assert_eq!(read(&place.store.resolve(&name("ghcr.io/ada/demo:1")).unwrap(), "a"), "1");
    assert_eq!(place.store.remove(&name("ghcr.io/ada/demo:1")).unwrap(), Removed::Image(digest));
    assert!(place.store.find(&digest).is_none());
    assert_eq!(place.store.list().unwrap(), []);
    assert!(place.leftovers().is_empty(), "{:?}", place.leftovers());
}

#[tokio::test]
async fn nobody_removes_what_somebody_has() {
    let place = Place::new();
    let image = place.import(&made(b"1")).await.unwrap();
    let digest: Reference = (*image.digest()).into();
    let refused = place.store.remove(&digest).unwrap_err();
    assert!(matches!(refused, ImageError::InUse { .. }), "{refused}");
    let other = place.store.find(image.digest()).unwrap();
    drop(image);
    assert!(place.store.remove(&digest).is_err());
    assert_eq!(read(&other, "a"), "1");
    drop(other);
    place.store.remove(&digest).unwrap();
    let gone = place.store.remove(&digest).unwrap_err();
    assert!(matches!(gone, ImageError::NotHere { .. }), "{gone}");
}

#[tokio::test]
async fn what_a_dead_process_left_goes_with_the_next_import() {
    let place = Place::new();
    let left = place.dir.path().join("store/work").join("0".repeat(64));
    std::fs::create_dir_all(left.join("root/etc")).unwrap();
    place.import(&made(b"1")).await.unwrap();
    assert!(!left.exists());
}

#[tokio::test]
async fn many_who_import_name_and_remove_at_once_leave_it_whole_or_gone() {
    let place = Place::new();
    let mut tasks = tokio::task::JoinSet::new();
    for round in 0..24 {
        let (store, layout) = (place.store.clone(), tempfile::tempdir().unwrap());
        let path = made(b"1").in_directory(layout.path());
        tasks.spawn(async move {
            let _layout = layout;
            match store.import(&path, None).await {
                Ok(imported) => {
                    assert_eq!(read(&imported.image, "a"), "1");
                    let name = name(&format!("demo:{}", round % 3));
                    store.tag(&imported.image, &name).unwrap();
                    assert_eq!(read(&imported.image, "a"), "1");
                    drop(imported);
                    drop(store.remove(&name));
                }
                Err(error) => assert!(matches!(error, ImageError::Stopped), "{error}"),
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    for listed in place.store.list().unwrap() {
        assert_eq!(read(&place.store.find(&listed.digest).unwrap(), "a"), "1");
    }
    assert!(place.leftovers().is_empty(), "{:?}", place.leftovers());
}
