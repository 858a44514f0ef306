use super::*;

fn cache(directory: &Path, most_bytes: u64) -> Arc<Cache> {
    Arc::new(Cache::open(directory.to_owned(), most_bytes).unwrap())
}

fn missing(cache: &Cache, key: &str) -> Making {
    match cache.try_ask(key).unwrap() {
        Some(Found::Missing(making)) => making,
        other => panic!("{key} is not missing: {other:?}"),
    }
}

fn is_there(cache: &Cache, key: &str) -> bool {
    cache.kept(key).exists()
}

/// `age` counts from now, so that the order of use is certain.
fn put(cache: &Cache, key: &str, bytes: u64, age: u64) -> Lease {
    let making = missing(cache, key);
    fs::write(making.tree().join("file"), key).unwrap();
    let lease = cache.keep(making, bytes).unwrap();
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000 - age);
    let lock = File::options().append(true).open(cache.lock_path(key)).unwrap();
    lock.set_times(FileTimes::new().set_modified(long_ago)).unwrap();
    lease
}

fn names(directory: &Path) -> usize {
    fs::read_dir(directory).unwrap().count()
}

#[test]
fn what_was_made_once_is_there_for_all() {
    let directory = tempfile::tempdir().unwrap();
    let cache = cache(directory.path(), 100);
    let lease = put(&cache, "a", 1, 0);
    assert_eq!(fs::read_to_string(lease.tree().join("file")).unwrap(), "a");
    let other_process = self::cache(directory.path(), 100);
    assert!(matches!(other_process.try_ask("a").unwrap(), Some(Found::There(_))));
    assert_eq!(names(&directory.path().join("half")), 0);
}

#[test]
fn only_one_makes_it_and_a_failed_attempt_leaves_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let cache = cache(directory.path(), 100);
    let making = missing(&cache, "a");
    let other_process = self::cache(directory.path(), 100);
    assert!(other_process.try_ask("a").unwrap().is_none());
    fs::write(making.tree().join("file"), "half").unwrap();
    drop(making);
    assert!(!is_there(&cache, "a"));
    assert_eq!(names(&directory.path().join("half")), 0);
    missing(&other_process, "a");
}

#[test]
fn the_least_used_goes_first_and_what_is_in_use_stays() {
    let directory = tempfile::tempdir().unwrap();
    let cache = cache(directory.path(), 100);
    let oldest_in_use = put(&cache, "oldest", 40, 30);
    drop(put(&cache, "old", 40, 20));
    drop(put(&cache, "new", 20, 10));
    drop(put(&cache, "newest", 30, 0));
    assert!(is_there(&cache, "oldest") && !is_there(&cache, "old"));
    assert!(is_there(&cache, "new") && is_there(&cache, "newest"));
    drop(oldest_in_use);
    drop(put(&cache, "another", 40, 0));
    assert!(!is_there(&cache, "oldest") && is_there(&cache, "new"));
    assert_eq!(names(&directory.path().join("half")), 0);
    assert_eq!(names(&directory.path().join("locks")), 3);
}

#[test]
fn one_that_another_process_uses_is_not_removed() {
    let directory = tempfile::tempdir().unwrap();
    let (cache, other_process) = (cache(directory.path(), 10), cache(directory.path(), 10));
    drop(put(&cache, "a", 8, 9));
    let Some(Found::There(lease)) = other_process.try_ask("a").unwrap() else { panic!() };
    let newer = put(&cache, "b", 8, 0);
    assert!(is_there(&cache, "a") && is_there(&cache, "b"));
    drop((lease, newer));
    cache.make_room().unwrap();
    assert_eq!([is_there(&cache, "a"), is_there(&cache, "b")].iter().filter(|it| **it).count(), 1);
}

#[test]
fn a_use_makes_it_new_again() {
    let directory = tempfile::tempdir().unwrap();
    let cache = cache(directory.path(), 20);
    drop(put(&cache, "a", 8, 30));
    drop(put(&cache, "b", 8, 20));
    assert!(matches!(cache.try_ask("a").unwrap(), Some(Found::There(_))));
    drop(put(&cache, "c", 8, 0));
    assert!(is_there(&cache, "a") && !is_there(&cache, "b"));
}

#[test]
fn what_a_killed_process_left_half_made_is_removed_and_what_others_make_is_not() {
    let directory = tempfile::tempdir().unwrap();
    let living = cache(directory.path(), 100);
    let making = missing(&living, "a");
    let half = directory.path().join("half");
    // As a process leaves it that is killed: its locks are gone, its files are not.
    fs::create_dir_all(half.join("1-0-dead/tree")).unwrap();
    fs::write(half.join("1-0-dead/tree/file"), "half").unwrap();
    fs::write(half.join("1-0-dead.lock"), "").unwrap();
    cache(directory.path(), 100);
    assert!(!half.join("1-0-dead").exists() && !half.join("1-0-dead.lock").exists());
    assert!(making.tree().exists());
    living.keep(making, 1).unwrap();
}

#[tokio::test]
async fn whoever_asks_meanwhile_gets_what_the_other_made() {
    let directory = tempfile::tempdir().unwrap();
    let (cache, other_process) = (cache(directory.path(), 100), cache(directory.path(), 100));
    let making = missing(&cache, "a");
    let waits = other_process.ask("a");
    let makes = async { cache.keep(making, 1).map(drop) };
    let (found, made) = tokio::join!(waits, makes);
    made.unwrap();
    assert!(matches!(found.unwrap(), Found::There(_)));
}
