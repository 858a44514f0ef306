//! Many sandboxes come and go, in every way they can, and leave the machine as it was.
//!
//! `SOAK=100000 cargo test --release -p sandbox --test soak -- --nocapture`, or `make soak`. Without the
//! variable it is the short form of 2,000.

#![expect(clippy::print_stderr, reason = "what was left is for people to read")]
#![expect(clippy::unwrap_used, reason = "a sandbox that cannot be driven should stop the test")]

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use sandbox::{
    Namespaces, OnExcess, Process, ProcessEvent, Program, Readiness, Sandbox, SandboxPath, Spec,
    StartError,
};
use tokio::task::JoinSet;

const SHORT: usize = 2000;
const AT_ONCE: usize = 8;
const WARM_UP: usize = 200;
/// How long what was killed may take to be gone.
const PATIENCE: Duration = Duration::from_secs(60);
/// Allocators keep some of what they once had; a leak of 100 bytes a sandbox exceeds this in a long soak.
const SLACK_KIB: u64 = 8 * 1024;

fn program<const N: usize>(argv: [&str; N]) -> Program {
    let env = vec![("PATH".to_owned(), "/usr/bin:/bin".to_owned())];
    Program { env, timeout: Some(Duration::from_secs(60)), ..Program::new(argv) }
}

async fn to_the_end(mut process: Process) {
    while let Some(event) = process.next().await {
        assert!(event != ProcessEvent::Lost, "a sandbox vanished");
    }
}

/// One life of a sandbox; the number chooses which.
async fn live(backend: &Namespaces, number: usize) -> Result<(), StartError> {
    if number.is_multiple_of(10) {
        let toolchains = vec![PathBuf::from("/etc")];
        let spec = Spec { toolchains, ..Spec::default() };
        assert!(Sandbox::start(backend, spec).await.is_err());
        return Ok(());
    }
    if number % 10 == 1 {
        // Given up on the way, wherever it is then.
        let start = Sandbox::start(backend, Spec::default());
        drop(tokio::time::timeout(Duration::from_micros(700), start).await);
        return Ok(());
    }
    let sandbox = Sandbox::start(backend, Spec::default()).await?;
    match number % 10 {
        2 => {
            let daemons = "setsid sleep 1000 & (setsid sleep 1000 &)";
            to_the_end(sandbox.run(program(["/bin/bash", "-c", daemons])).await.unwrap()).await;
        }
        3 => drop(sandbox.run(program(["/bin/sleep", "1000"])).await.unwrap()),
        4 => {
            let _running = sandbox.run(program(["/bin/sleep", "1000"])).await.unwrap();
            sandbox.pause().await.unwrap();
            sandbox.clone().destroy().await;
        }
        5 => assert!(sandbox.run(program(["/nowhere"])).await.is_err()),
        6 => {
            let path: SandboxPath = "dir/file".parse().unwrap();
            sandbox.write_file(&path, &[7; 100_000], 0o644).await.unwrap();
            assert_eq!(sandbox.read_file(&path, 1 << 20).await.unwrap().len(), 100_000);
        }
        7 => {
            let flood = Program {
                output_limit: 1 << 20,
                on_excess: OnExcess::Kill,
                ..program(["/usr/bin/yes"])
            };
            to_the_end(sandbox.run(flood).await.unwrap()).await;
        }
        8 => {
            // Nobody waits for it, and nobody destroys it but the last handle.
            let running = sandbox.run(program(["/bin/sleep", "1000"])).await.unwrap();
            drop(sandbox);
            drop(running);
            return Ok(());
        }
        _ => to_the_end(sandbox.run(program(["/bin/true"])).await.unwrap()).await,
    }
    sandbox.destroy().await;
    Ok(())
}

async fn live_all(backend: &Arc<Namespaces>, count: usize) -> Result<(), StartError> {
    let mut lives = JoinSet::new();
    for number in 0..count {
        if lives.len() == AT_ONCE
            && let Some(life) = lives.join_next().await
        {
            life.unwrap()?;
        }
        let backend = Arc::clone(backend);
        lives.spawn(async move { live(&backend, number).await });
    }
    lives.join_all().await.into_iter().collect()
}

/// What sandboxes could leave behind. Only what is ours is counted, so that others may work meanwhile.
#[derive(Clone, Debug)]
struct Left {
    processes: usize,
    namespaces: usize,
    mounts: usize,
    groups: usize,
    descriptors: usize,
    launcher_descriptors: usize,
    files: usize,
}

impl Left {
    fn now(launcher: u32) -> Self {
        let members = members(launcher);
        let kinds = ["user", "pid", "mnt", "net", "ipc", "uts", "cgroup"];
        let namespace = |pid: &u32, kind| fs::read_link(format!("/proc/{pid}/ns/{kind}")).ok();
        let all = members.iter().flat_map(|pid| kinds.map(|kind| namespace(pid, kind)));
        let namespaces: BTreeSet<_> = all.flatten().collect();
        let open = |pid| fs::read_dir(format!("/proc/{pid}/fd")).map_or(0, Iterator::count);
        Self {
            processes: members.len(),
            namespaces: namespaces.len(),
            mounts: own_mounts(),
            groups: groups(Path::new("/sys/fs/cgroup"), &format!("runbook-{launcher}-")),
            descriptors: open(std::process::id()),
            launcher_descriptors: open(launcher),
            files: [std::env::temp_dir(), PathBuf::from("/dev/shm")]
                .iter()
                .map(|it| foreign(it))
                .sum(),
        }
    }

    /// Waits until as little is left as before, or patience ends.
    async fn settled(launcher: u32, before: &Self, slack: [usize; 7]) -> Self {
        let start = Instant::now();
        loop {
            let now = Self::now(launcher);
            if now.grown(before, slack).is_empty() || start.elapsed() > PATIENCE {
                return now;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What there is more of than before.
    fn grown(&self, before: &Self, slack: [usize; 7]) -> Vec<&'static str> {
        let most = before.rows().into_iter().zip(slack).map(|((_, before), slack)| before + slack);
        let pairs = self.rows().into_iter().zip(most);
        pairs.filter(|((_, now), most)| now > most).map(|((what, _), _)| what).collect()
    }

    fn rows(&self) -> [(&'static str, usize); 7] {
        [
            ("processes", self.processes),
            ("namespaces", self.namespaces),
            ("mounts", self.mounts),
            ("control groups", self.groups),
            ("descriptors of the server", self.descriptors),
            ("descriptors of the launcher", self.launcher_descriptors),
            ("files of sandboxes' users", self.files),
        ]
    }
}

/// Children of the launcher, and whoever is in its control groups.
fn members(launcher: u32) -> Vec<u32> {
    let name = format!("/runbook-{launcher}-");
    let is_ours = |pid: &u32| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let parent = stat.rsplit_once(") ").and_then(|(_, it)| it.split(' ').nth(1));
        parent == Some(launcher.to_string().as_str())
            || fs::read_to_string(format!("/proc/{pid}/cgroup")).is_ok_and(|it| it.contains(&name))
    };
    let all = fs::read_dir("/proc").unwrap().flatten();
    all.filter_map(|it| it.file_name().to_str()?.parse().ok()).filter(is_ours).collect()
}

/// Groups below those with this name.
fn groups(dir: &Path, name: &str) -> usize {
    let dirs = fs::read_dir(dir).into_iter().flatten().flatten();
    let dirs = dirs.filter(|it| it.file_type().is_ok_and(|it| it.is_dir()));
    dirs.map(|it| {
        let ours =
            it.path().components().any(|it| it.as_os_str().to_string_lossy().starts_with(name));
        usize::from(ours) + groups(&it.path(), name)
    })
    .sum()
}

/// Mounts of a sandbox that reached our own namespace.
fn own_mounts() -> usize {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let ours = |it: &&str| it.contains("- tmpfs sandbox ") || it.contains("- tmpfs workspace ");
    mounts.lines().filter(ours).count()
}

/// Files that belong to users whom only sandboxes have.
fn foreign(dir: &Path) -> usize {
    const FIRST_HOST_USER: u32 = 0x7000_0000;
    let files = fs::read_dir(dir).into_iter().flatten().flatten();
    let owners = files.filter_map(|it| Some(it.metadata().ok()?.uid()));
    owners.filter(|it| *it >= FIRST_HOST_USER).count()
}

/// In KiB.
fn field(file: &str, name: &str) -> u64 {
    let text = fs::read_to_string(file).unwrap();
    let value = text.lines().find_map(|it| it.strip_prefix(name)).unwrap_or("0");
    value.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

#[expect(clippy::disallowed_methods, reason = "how long to soak is for the caller to say")]
fn count() -> usize {
    std::env::var("SOAK").map_or(SHORT, |it| it.parse().unwrap())
}

/// In copies and clones alike: an old nursery may outlive the end of the test, with the spares that it made.
const OF_A_NURSERY: [usize; 7] = [1, 8, 8, 0, 0, 4, 0];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sandboxes_that_came_and_went_leave_the_machine_as_it_was() {
    soak(Readiness::OnDemand, [0; 7]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn copies_that_came_and_went_leave_the_machine_as_it_was() {
    soak(Readiness::Spares(4), OF_A_NURSERY).await;
}

/// What is left when nothing comes and goes for a while.
async fn at_rest(launcher: u32) -> Left {
    let start = Instant::now();
    let mut last = Left::now(launcher);
    loop {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = Left::now(launcher);
        if now.rows() == last.rows() || start.elapsed() > PATIENCE {
            return now;
        }
        last = now;
    }
}

/// Descriptors and memory are counted for the whole process.
static ALONE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

async fn soak(readiness: Readiness, slack: [usize; 7]) {
    let _alone = ALONE.lock().await;
    let backend = Arc::new(Namespaces::new(readiness).unwrap());
    match live_all(&backend, WARM_UP).await {
        Err(error @ StartError::NotPermitted { .. }) => return eprintln!("skipped: {error}"),
        other => other.unwrap(),
    }
    let launcher = backend.launcher_pid().await.unwrap();
    let before = at_rest(launcher).await;
    let of_launcher = format!("/proc/{launcher}/status");
    let memory = || {
        [
            ("memory of the server", field("/proc/self/status", "VmRSS:")),
            ("memory of the launcher", field(&of_launcher, "VmRSS:")),
            ("kernel memory, of everybody", field("/proc/meminfo", "SUnreclaim:")),
        ]
    };
    let (memory_before, start, count) = (memory(), Instant::now(), count());
    live_all(&backend, count).await.unwrap();
    let took = start.elapsed();
    let after = Left::settled(launcher, &before, slack).await;
    let memory_after = memory();
    eprintln!(
        "{count} sandboxes in {:.1} s, {:.0} a second",
        took.as_secs_f64(),
        count as f64 / took.as_secs_f64()
    );
    for ((what, before), (_, after)) in before.rows().into_iter().zip(after.rows()) {
        eprintln!("{what:28} {before:8} before {after:8} after");
    }
    for ((what, before), (_, after)) in memory_before.into_iter().zip(memory_after) {
        eprintln!("{what:28} {before:8} before {after:8} after, in KiB");
    }
    if readiness == Readiness::OnDemand {
        assert_eq!(before.processes, 0, "the warm-up left something");
    }
    assert_eq!(after.grown(&before, slack), Vec::<&str>::new(), "this was left");
    for ((what, before), (_, after)) in memory_before.into_iter().zip(memory_after).take(2) {
        assert!(after <= before + SLACK_KIB, "{what} grew from {before} to {after} KiB");
    }
}
