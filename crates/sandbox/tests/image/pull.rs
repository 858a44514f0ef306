//! Images from a registry: chosen, resumed, checked, and refused in words.

use sandbox::image::{Credentials, Image, ImageError, Reference, RegistryConfig};

use crate::{
    Place, assert_demo, demo,
    made::{Made, file},
    read,
    registry::{Asks, Mood, Registry},
};

fn named(registry: &Registry, rest: &str) -> Reference {
    format!("{}/ada/demo{rest}", registry.host()).parse().unwrap()
}

async fn pull(place: &Place, registry: &Registry, rest: &str) -> Result<Image, ImageError> {
    place.store.pull(&named(registry, rest), &RegistryConfig::default()).await
}

/// One with enough in its only layer to break off in.
fn large() -> Made {
    let noise: Vec<u8> =
        (0..200_000_u32).flat_map(|it| it.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    Made::of(&[&[file("noise", &noise)]])
}

fn blobs_asked(registry: &Registry) -> Vec<String> {
    registry.requests().into_iter().filter(|it| it.contains("/blobs/")).collect()
}

#[tokio::test]
async fn an_image_of_an_index_is_pulled_by_tag_and_by_digest() {
    let (place, registry) = (Place::new(), Registry::of(&demo(), Mood::default()));
    let image = pull(&place, &registry, ":1").await.unwrap();
    assert_demo(&image);
    assert_eq!(place.store.resolve(&named(&registry, ":1")).unwrap(), image);
    let asked = blobs_asked(&registry).len();
    assert_eq!(asked, 3, "a configuration and two layers");
    let by_digest = format!("@{}", registry.digest());
    assert_eq!(pull(&place, &registry, &by_digest).await.unwrap(), image);
    assert_eq!(blobs_asked(&registry).len(), asked + 1, "the layers are here");
    let work = place.dir.path().join("store/work/blobs");
    assert_eq!(std::fs::read_dir(work).unwrap().count(), 0);
}

#[tokio::test]
async fn a_token_is_fetched_when_asked_for_and_not_shown_to_others() {
    let elsewhere = Registry::of(&demo(), Mood::default());
    let mood = Mood {
        asks: Asks::Token,
        redirects_to: Some(elsewhere.host().replace("127.0.0.1", "localhost")),
        ..Mood::default()
    };
    let (place, registry) = (Place::new(), Registry::of(&demo(), mood));
    assert_demo(&pull(&place, &registry, ":1").await.unwrap());
    let asked = registry.requests();
    assert_eq!(asked.iter().filter(|it| it.starts_with("get /token?")).count(), 1, "{asked:?}");
    let redirected = blobs_asked(&elsewhere);
    assert_eq!(redirected.len(), 3);
    for request in redirected {
        assert!(!request.contains("authorization"), "{request}");
    }
}

#[tokio::test]
async fn a_user_is_let_in_and_nobody_else() {
    let mood = Mood { asks: Asks::User, ..Mood::default() };
    let (place, registry) = (Place::new(), Registry::of(&demo(), mood));
    let refused = pull(&place, &registry, ":1").await.unwrap_err().to_string();
    assert!(refused.contains("name a user with --registry-user"), "{refused}");
    let config = |password: &str| RegistryConfig {
        credentials: Some(Credentials {
            username: "ada".to_owned(),
            password: password.to_owned(),
        }),
        ..RegistryConfig::default()
    };
    let name = named(&registry, ":1");
    let refused = place.store.pull(&name, &config("wrong")).await.unwrap_err().to_string();
    assert!(refused.contains("check the user and the password"), "{refused}");
    assert_demo(&place.store.pull(&name, &config("secret")).await.unwrap());
}

#[tokio::test]
async fn a_layer_that_broke_off_goes_on_where_it_stopped() {
    let mood = Mood { breaks_after: Some(100_000), ..Mood::default() };
    let (place, registry) = (Place::new(), Registry::of(&large(), mood));
    let image = pull(&place, &registry, ":1").await.unwrap();
    assert_eq!(image.directory().join("noise").metadata().unwrap().len(), 800_000);
    let asked = blobs_asked(&registry);
    let resumed = asked.iter().filter(|it| it.contains("range: bytes=")).count();
    assert_eq!((asked.len(), resumed), (3, 1), "{asked:?}");
}

#[tokio::test]
async fn a_registry_without_ranges_begins_anew_and_a_busy_one_is_asked_again() {
    let mood =
        Mood { breaks_after: Some(100_000), knows_no_ranges: true, busy: 2, ..Mood::default() };
    let (place, registry) = (Place::new(), Registry::of(&large(), mood));
    let image = pull(&place, &registry, ":1").await.unwrap();
    assert_eq!(image.directory().join("noise").metadata().unwrap().len(), 800_000);
}

#[tokio::test]
async fn what_has_another_digest_or_length_is_refused_and_nothing_is_left() {
    let (place, registry) = (Place::new(), Registry::of(&large(), Mood::default()));
    registry.be(Mood { lies: true, ..Mood::default() });
    let refused = pull(&place, &registry, ":1").await.unwrap_err();
    assert!(matches!(refused, ImageError::Digest { .. }), "{refused}");
    registry.be(Mood { adds: 1, ..Mood::default() });
    let refused = pull(&place, &registry, ":1").await.unwrap_err();
    assert!(matches!(refused, ImageError::TooLarge { .. }), "{refused}");
    let other = format!("@sha256:{}", "1".repeat(64));
    let refused = pull(&place, &registry, &other).await.unwrap_err();
    assert!(matches!(refused, ImageError::NotThere { .. }), "{refused}");
    assert_eq!(place.store.list().unwrap(), []);
    registry.be(Mood::default());
    let image = pull(&place, &registry, ":1").await.unwrap();
    assert_eq!(image.directory().join("noise").metadata().unwrap().len(), 800_000);
}

#[tokio::test]
async fn what_a_registry_does_not_have_is_said_with_its_name() {
    let (place, registry) = (Place::new(), Registry::of(&demo(), Mood::default()));
    let missing = pull(&place, &registry, ":2").await.unwrap_err().to_string();
    assert!(missing.contains("manifests/2") && missing.contains("/ada/demo:2"), "{missing}");
    let name = "oci:/somewhere".parse().unwrap();
    let refused = place.store.pull(&name, &RegistryConfig::default()).await.unwrap_err();
    assert!(matches!(refused, ImageError::NoName { .. }), "{refused}");
}

#[tokio::test]
async fn a_name_moves_to_what_its_registry_has_now() {
    let place = Place::new();
    let name: Reference = "demo:1".parse().unwrap();
    let one = place.import(&Made::of(&[&[file("a", b"old")]])).await.unwrap();
    place.store.tag(&one, &name).unwrap();
    let two = place.import(&Made::of(&[&[file("a", b"new")]])).await.unwrap();
    place.store.tag(&two, &name).unwrap();
    assert_eq!(read(&place.store.resolve(&name).unwrap(), "a"), "new");
    let listed = place.store.list().unwrap();
    assert_eq!(listed.iter().map(|it| it.names.len()).collect::<Vec<_>>(), [1, 0]);
}
