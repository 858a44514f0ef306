use std::{io::ErrorKind, time::Duration};

use tokio::time::sleep;

use super::*;
use crate::{
    Backend, ProcessEvent, Program, Spec,
    scripted::{Script, Scripted},
};

const CONFIG: PoolConfig = PoolConfig {
    memory_bytes: 1 << 30,
    most_per_kind: 4,
    refills: 2,
    memory_of_demand: Duration::from_secs(60),
    pace: Pace::AtOnce,
};

fn kind(name: &str) -> Kind {
    let program = Program::new(["/usr/bin/python3", "-u", "/tmp/a.py"]);
    let plan = StandbyPlan::new("python", &program).map(Arc::new);
    let limits =
        crate::Limits { processes: u32::try_from(name.len()).unwrap(), ..Default::default() };
    Kind { name: name.to_owned(), spec: Spec { limits, ..Spec::default() }, plan }
}

fn pool(backend: &Scripted, config: PoolConfig) -> Pool {
    Pool::new(Arc::new(backend.clone()) as Arc<dyn Backend>, config)
}

/// Lets everything happen that needs no time to pass, and a second pass.
async fn settle() {
    sleep(Duration::from_secs(1)).await;
}

fn only(pool: &Pool) -> KindStatistics {
    let mut kinds = pool.statistics().kinds;
    assert_eq!(kinds.len(), 1);
    kinds.remove(0)
}

#[tokio::test(start_paused = true)]
async fn the_first_is_a_miss_and_the_next_a_hit_with_its_standby() {
    let backend = Scripted::new();
    let pool = pool(&backend, CONFIG);
    let (_, standby) = pool.take(&kind("a")).await.unwrap();
    assert!(standby.is_none());
    settle().await;
    let (_, standby) = pool.take(&kind("a")).await.unwrap();
    assert!(standby.is_some());
    let KindStatistics { hits, misses, refills, .. } = only(&pool);
    assert_eq!((hits, misses, refills.count), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_quietly_is_replaced_once_that_is_told() {
    let backend = Scripted::new();
    let pool = pool(&backend, CONFIG);
    pool.keep(&kind("a"), 1);
    settle().await;
    let (_sandbox, _, notice) = pool.take_quietly(&kind("a")).await.unwrap();
    settle().await;
    assert_eq!(only(&pool).ready, 0);
    drop(notice);
    settle().await;
    assert_eq!(only(&pool).ready, 1);
}

#[tokio::test(start_paused = true)]
async fn a_standby_of_the_pool_becomes_a_program() {
    let backend = Scripted::new().on("a.py", Script::new().stdout("hello"));
    let pool = pool(&backend, CONFIG);
    pool.keep(&kind("a"), 1);
    settle().await;
    let (sandbox, standby) = pool.take(&kind("a")).await.unwrap();
    let program = Program::new(["/usr/bin/python3", "-u", "/tmp/a.py"]);
    let mut process = sandbox.run_prepared(standby.unwrap(), program).await.unwrap();
    assert_eq!(process.next().await, Some(ProcessEvent::Stdout("hello".into())));
    assert_eq!(backend.started()[0].standby, Some(backend.prepared()[0].standby));
}

#[tokio::test(start_paused = true)]
async fn nobody_gets_what_another_had() {
    let backend = Scripted::new();
    let pool = pool(&backend, CONFIG);
    pool.keep(&kind("a"), 4);
    settle().await;
    let mut taken = Vec::new();
    for _ in 0..6 {
        taken.push(pool.take(&kind("a")).await.unwrap());
    }
    settle().await;
    assert_eq!(backend.live(), 6 + 4);
    taken.clear();
    settle().await;
    assert_eq!(backend.live(), 4);
}

#[tokio::test(start_paused = true)]
async fn kinds_do_not_mix() {
    let backend = Scripted::new();
    let pool = pool(&backend, CONFIG);
    pool.keep(&kind("a"), 1);
    settle().await;
    let (sandbox, _) = pool.take(&kind("bcd")).await.unwrap();
    assert_eq!(sandbox.limits().processes, 3);
    let (sandbox, _) = pool.take(&kind("a")).await.unwrap();
    assert_eq!(sandbox.limits().processes, 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_taken_together_is_kept_and_forgotten_later() {
    let backend = Scripted::new();
    let pool = pool(&backend, CONFIG);
    for _ in 0..3 {
        pool.take(&kind("a")).await.unwrap();
    }
    settle().await;
    assert_eq!((only(&pool).ready, only(&pool).target), (3, 3));
    sleep(CONFIG.memory_of_demand + Duration::from_secs(5)).await;
    assert_eq!((only(&pool).ready, backend.live()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn there_are_never_more_than_allowed() {
    let backend = Scripted::new();
    let pool = pool(&backend, CONFIG);
    for _ in 0..20 {
        pool.take(&kind("a")).await.unwrap();
    }
    settle().await;
    assert_eq!(only(&pool).ready, CONFIG.most_per_kind);
}

#[tokio::test(start_paused = true)]
async fn the_budget_of_memory_is_kept() {
    let backend = Scripted::new();
    // Two of those that were not measured.
    let pool = pool(&backend, PoolConfig { memory_bytes: 100 << 20, ..CONFIG });
    pool.keep(&kind("a"), 3);
    pool.keep(&kind("bb"), 3);
    settle().await;
    assert_eq!(backend.live(), 2);
    let ready: Vec<_> = pool.statistics().kinds.iter().map(|it| it.ready).collect();
    assert_eq!(ready, [1, 1], "each kind gets one before another gets two");
    assert!(pool.statistics().memory_bytes <= 100 << 20);
}

#[tokio::test(start_paused = true)]
async fn one_that_ends_while_it_waits_is_replaced() {
    let backend = Scripted::new().on("vanish", Script::new().vanish());
    let pool = pool(&backend, CONFIG);
    pool.keep(&kind("a"), 1);
    settle().await;
    let (sandbox, _) = pool.take(&kind("a")).await.unwrap();
    settle().await;
    // The same as what a waiting one would do, seen through the one that can be told to.
    let mut process = sandbox.run(Program::new(["vanish"])).await.unwrap();
    assert_eq!(process.next().await, Some(ProcessEvent::Lost));
    sandbox.ended().await;
    assert!(sandbox.is_over());
    let shelf = &pool.shared.shelves;
    let (number, gone) = shelf.add(&kind("a"), sandbox, None, (Duration::ZERO, None)).unwrap();
    assert!(!gone.is_cancelled());
    let (fresh, _) = pool.take(&kind("a")).await.unwrap();
    assert!(!fresh.is_over());
    assert!(shelf.remove(&kind("a"), number + 100).is_none());
}

#[tokio::test(start_paused = true)]
async fn failed_starts_are_retried_ever_more_slowly() {
    let backend = Scripted::new();
    backend.refuse(ErrorKind::OutOfMemory);
    let pool = pool(&backend, CONFIG);
    pool.keep(&kind("a"), 1);
    sleep(Duration::from_secs(10)).await;
    let failed = only(&pool).failed_starts;
    assert!((5..=9).contains(&failed), "{failed}");
    assert!(pool.take(&kind("a")).await.is_err());
    backend.accept();
    sleep(Duration::from_secs(40)).await;
    assert_eq!(only(&pool).ready, 1);
}

#[tokio::test(start_paused = true)]
async fn a_standby_that_never_boots_leaves_the_sandbox() {
    let backend = Scripted::new();
    backend.refuse_standbys("no such program");
    let pool = pool(&backend, CONFIG);
    pool.keep(&kind("a"), 1);
    for _ in 0..6 {
        settle().await;
        let (_, standby) = pool.take(&kind("a")).await.unwrap();
        assert!(standby.is_none());
    }
    let KindStatistics { hits, failed_standbys, .. } = only(&pool);
    assert_eq!(hits, 6);
    assert!(failed_standbys >= 3, "{failed_standbys}");
    assert!(backend.prepared().len() < 6, "it is given up");
}

#[tokio::test(start_paused = true)]
async fn refills_yield_to_what_was_just_handed_out() {
    let backend = Scripted::new();
    let pool = pool(&backend, PoolConfig { pace: Pace::WhenQuiet, ..CONFIG });
    pool.take(&kind("a")).await.unwrap();
    sleep(Duration::from_millis(2)).await;
    assert_eq!(only(&pool).ready, 0);
    settle().await;
    assert_eq!(only(&pool).ready, 1);
}

#[tokio::test(start_paused = true)]
async fn refills_do_not_starve_under_steady_demand() {
    let backend = Scripted::new();
    let pool = pool(&backend, PoolConfig { pace: Pace::WhenQuiet, ..CONFIG });
    for _ in 0..100 {
        pool.take(&kind("a")).await.unwrap();
        sleep(Duration::from_millis(2)).await;
    }
    assert!(only(&pool).hits > 0);
}

#[tokio::test(start_paused = true)]
async fn a_shut_down_leaves_nothing_and_takes_go_on() {
    let backend = Scripted::new();
    let pool = pool(&backend, CONFIG);
    pool.keep(&kind("a"), 3);
    settle().await;
    assert_eq!(backend.live(), 3);
    pool.shut_down().await;
    assert_eq!(backend.live(), 0);
    assert!(pool.take(&kind("a")).await.unwrap().1.is_none());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_pool_leaves_nothing() {
    let backend = Scripted::new();
    let pool = pool(&backend, CONFIG);
    pool.keep(&kind("a"), 3);
    settle().await;
    drop(pool);
    settle().await;
    assert_eq!(backend.live(), 0);
}
