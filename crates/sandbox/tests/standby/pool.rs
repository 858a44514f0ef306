//! The pool, with real sandboxes.

use std::sync::Arc;

use sandbox::{
    ExitStatus, Kind, Namespaces, Pace, Pool, PoolConfig, ProcessEvent, Readiness, Sandbox, Spec,
    Standby, pool::KindStatistics, runtime::discover,
};

const CONFIG: PoolConfig = PoolConfig {
    memory_bytes: 1 << 30,
    most_per_kind: 4,
    refills: 2,
    memory_of_demand: std::time::Duration::from_secs(60),
    pace: Pace::AtOnce,
};

/// A pool of bash, or `None` and a word about it.
async fn pool() -> Option<(Pool, Kind, Arc<Namespaces>)> {
    let runtimes = discover("");
    let Ok(bash) = runtimes.get("bash").unwrap() else {
        eprintln!("skipped: bash is missing");
        return None;
    };
    let backend = Arc::new(Namespaces::new(Readiness::OnDemand).unwrap());
    if let Err(error) = Sandbox::start(&*backend, Spec::default()).await {
        eprintln!("skipped: {error}");
        return None;
    }
    let plan = bash.standby("/tmp", &"main.sh".parse().unwrap()).map(Arc::new);
    let kind = Kind { name: "bash".to_owned(), spec: Spec::default(), plan };
    Some((Pool::new(Arc::clone(&backend) as Arc<dyn sandbox::Backend>, CONFIG), kind, backend))
}

fn counts(pool: &Pool) -> KindStatistics {
    pool.statistics().kinds.remove(0)
}

/// Until so many are ready; a pool that never gets there hangs the test, which fails it.
async fn until_ready(pool: &Pool, count: usize) {
    while counts(pool).ready != count {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
}

async fn says(sandbox: &Sandbox, standby: Standby, source: &str) -> String {
    let path = "main.sh".parse().unwrap();
    sandbox.write_file(&path, source.as_bytes(), 0o644).await.unwrap();
    let runtimes = discover("");
    let program = runtimes.get("bash").unwrap().unwrap().program("/tmp", &path);
    let mut process = sandbox.run_prepared(standby, program).await.unwrap();
    let mut stdout = Vec::new();
    loop {
        match process.next().await.unwrap() {
            ProcessEvent::Stdout(bytes) => stdout.extend_from_slice(&bytes),
            ProcessEvent::Exit(exit) => {
                assert_eq!(exit.status, ExitStatus::Code(0));
                return String::from_utf8(stdout).unwrap();
            }
            other @ (ProcessEvent::Stderr(_)
            | ProcessEvent::Said(..)
            | ProcessEvent::Truncated
            | ProcessEvent::Lost) => {
                panic!("{other:?}")
            }
        }
    }
}

#[tokio::test]
async fn every_taker_gets_a_fresh_sandbox_with_its_standby() {
    let Some((pool, kind, _backend)) = pool().await else { return };
    pool.keep(&kind, 2);
    for _ in 0..4 {
        until_ready(&pool, 2).await;
        let (sandbox, standby) = pool.take(&kind).await.unwrap();
        let source = "ls /tmp; set -- /proc/[0-9]*; echo $#; echo left > /tmp/left";
        assert_eq!(says(&sandbox, standby.unwrap(), source).await, "main.sh\n2\n");
        sandbox.destroy().await;
    }
    let KindStatistics { hits, misses, .. } = counts(&pool);
    assert_eq!((hits, misses), (4, 0));
    pool.shut_down().await;
}

#[tokio::test]
async fn what_dies_while_it_waits_is_replaced() {
    let Some((pool, kind, backend)) = pool().await else { return };
    pool.keep(&kind, 1);
    until_ready(&pool, 1).await;
    let launcher = backend.launcher_pid().await.unwrap();
    let launcher = rustix::process::Pid::from_raw(i32::try_from(launcher).unwrap()).unwrap();
    rustix::process::kill_process(launcher, rustix::process::Signal::KILL).unwrap();
    while counts(&pool).lost == 0 {
        tokio::time::sleep(std::time::Duration::from_millis(1)).await;
    }
    until_ready(&pool, 1).await;
    let (sandbox, standby) = pool.take(&kind).await.unwrap();
    assert_eq!(says(&sandbox, standby.unwrap(), "echo alive").await, "alive\n");
    pool.shut_down().await;
}
