//! When a sandbox is over, nothing of it is left.

use std::{
    fs,
    path::{Path, PathBuf},
};

use rustix::{
    event::{PollFd, PollFlags, poll},
    process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open},
};
use sandbox::{ProcessEvent, Sandbox, Spec};

use super::harness::{Cage, has_python, script};

/// The children of a launcher, which are the first processes of its sandboxes.
fn sandboxes_of(launcher: u32) -> Vec<u32> {
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Some(pid) = entry.file_name().to_str().and_then(|it| it.parse().ok()) else { continue };
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let parent = stat.rsplit_once(") ").and_then(|(_, it)| it.split(' ').nth(1));
        if parent.and_then(|it| it.parse().ok()) == Some(launcher) {
            found.push(pid);
        }
    }
    found
}

/// Directories of control groups that belong to a launcher.
fn groups_of(launcher: u32) -> Vec<PathBuf> {
    fn visit(dir: PathBuf, name: &str, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|it| it.is_dir()) {
                if entry.file_name().to_string_lossy().starts_with(name) {
                    found.push(entry.path());
                }
                visit(entry.path(), name, found);
            }
        }
    }
    let mut found = Vec::new();
    visit(PathBuf::from("/sys/fs/cgroup"), &format!("runbook-{launcher}-"), &mut found);
    found
}

fn subgroups_of(launcher: u32) -> usize {
    let dirs = groups_of(launcher);
    let below = dirs.iter().flat_map(|it| fs::read_dir(it).into_iter().flatten().flatten());
    below.filter(|it| it.file_type().is_ok_and(|it| it.is_dir())).count()
}

fn assert_no_mounts() {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
    let ours = |it: &&str| it.contains("- tmpfs sandbox ") || it.contains("- tmpfs workspace ");
    assert_eq!(mounts.lines().find(ours), None);
}

/// The first process of a cage, held so that its number cannot be used again unseen.
struct Witness(rustix::fd::OwnedFd, u32);

impl Witness {
    async fn of(cage: &Cage) -> (u32, Self) {
        let launcher = cage.backend.launcher_pid().await.unwrap();
        let [pid] = sandboxes_of(launcher)[..] else { panic!("one sandbox is expected") };
        let process = pidfd_open(raw(pid), PidfdFlags::empty()).unwrap();
        (launcher, Self(process, pid))
    }

    /// Blocks until the process has ended; a process that lives on hangs the test.
    async fn ended(self) {
        let wait = move || poll(&mut [PollFd::new(&self.0, PollFlags::IN)], None).map(drop);
        tokio::task::spawn_blocking(wait).await.unwrap().unwrap();
    }

    fn is_gone(&self) -> bool {
        !PathBuf::from(format!("/proc/{}", self.1)).exists()
    }
}

fn raw(pid: u32) -> Pid {
    Pid::from_raw(pid.cast_signed()).unwrap()
}

/// Two programs that would go on for ever.
async fn busy_cage() -> Option<Cage> {
    let cage = Cage::made_afresh().await?;
    // Dropping the process would kill it; the sandbox has to.
    std::mem::forget(cage.start(&["/bin/bash", "-c", "setsid sleep 1000 & exec sleep 1000"]).await);
    Some(cage)
}

#[tokio::test]
async fn destroy_leaves_nothing() {
    let Some(cage) = busy_cage().await else { return };
    let (launcher, witness) = Witness::of(&cage).await;
    cage.sandbox.destroy().await;
    assert!(witness.is_gone());
    assert_eq!(sandboxes_of(launcher), Vec::<u32>::new());
    assert_eq!(subgroups_of(launcher), 0);
    assert_no_mounts();
}

#[tokio::test]
async fn copies_leave_nothing_beside_their_nursery_and_the_next_spare() {
    let Some(Cage { backend, sandbox, .. }) = Cage::new().await else { return };
    let launcher = backend.launcher_pid().await.unwrap();
    let next = Sandbox::start(&backend, Spec::default()).await.unwrap();
    sandbox.destroy().await;
    next.destroy().await;
    let groups = groups_of(launcher).len() * 2;
    while descendants_of(launcher) != 2 || subgroups_of(launcher) != groups {
        tokio::task::yield_now().await;
    }
    assert_no_mounts();
}

fn descendants_of(process: u32) -> usize {
    sandboxes_of(process).into_iter().map(|it| 1 + descendants_of(it)).sum()
}

#[tokio::test]
async fn dropping_the_last_handle_leaves_nothing() {
    let Some(cage) = busy_cage().await else { return };
    let (_, witness) = Witness::of(&cage).await;
    let another = cage.sandbox.clone();
    drop(cage.sandbox);
    assert_eq!(another.run(sandbox::Program::new(["/bin/true"])).await.map(drop).ok(), Some(()));
    drop(another);
    witness.ended().await;
}

#[tokio::test]
async fn a_sandbox_whose_start_is_given_up_does_not_stay() {
    let Some(cage) = Cage::made_afresh().await else { return };
    let (launcher, witness) = Witness::of(&cage).await;
    cage.sandbox.clone().destroy().await;
    drop(witness);
    {
        let start = Sandbox::start(&cage.backend, Spec::default());
        tokio::pin!(start);
        // One poll sends the request.
        assert!(futures_poll_once(start.as_mut()).await);
    }
    let last = Sandbox::start(&cage.backend, Spec::default()).await.unwrap();
    last.destroy().await;
    while !sandboxes_of(launcher).is_empty() {
        tokio::task::yield_now().await;
    }
}

/// Says whether a future is still pending after one poll.
async fn futures_poll_once<F: Future>(mut future: std::pin::Pin<&mut F>) -> bool {
    std::future::poll_fn(|context| {
        std::task::Poll::Ready(future.as_mut().poll(context).is_pending())
    })
    .await
}

#[tokio::test]
async fn the_end_of_the_backend_ends_its_sandboxes_and_groups() {
    let Some(cage) = busy_cage().await else { return };
    let (launcher, witness) = Witness::of(&cage).await;
    let launcher_process = pidfd_open(raw(launcher), PidfdFlags::empty()).unwrap();
    drop(cage);
    witness.ended().await;
    Witness(launcher_process, launcher).ended().await;
    assert_eq!(groups_of(launcher), Vec::<PathBuf>::new());
}

#[tokio::test]
async fn nothing_survives_a_killed_launcher_once_the_next_one_started() {
    let Some(cage) = busy_cage().await else { return };
    let (launcher, witness) = Witness::of(&cage).await;
    kill_process(raw(launcher), Signal::KILL).unwrap();
    witness.ended().await;
    cage.sandbox.ended().await;
    assert!(cage.sandbox.run(sandbox::Program::new(["/bin/true"])).await.is_err());
    let again = Sandbox::start(&cage.backend, Spec::default()).await.unwrap();
    assert_eq!(groups_of(launcher), Vec::<PathBuf>::new());
    assert_no_mounts();
    again.destroy().await;
}

/// Forks, flees from its parent, ignores signals, stops itself, and holds the workspace.
const STUBBORN: &str = "
import signal, time
os.chdir('/tmp')
for number in range(1, 65):
    if number not in (9, 19, 32, 33): signal.signal(number, signal.SIG_IGN)
def fork():
    while True:
        try: return os.fork()
        except BlockingIOError: pass
for kind in range(30):
    if fork() == 0:
        os.setsid()
        if kind % 3 == 0: os.kill(os.getpid(), signal.SIGSTOP)
        if kind % 3 == 1:
            while True:
                if fork(): os._exit(0)
        while True: time.sleep(1000)
print('ready', flush=True)
while True: pass";

/// Processes of the host that live in a namespace of processes.
fn inside(namespace: &Path) -> Vec<u32> {
    let pids = fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|it| it.file_name().to_str().and_then(|it| it.parse().ok()));
    pids.filter(|pid: &u32| {
        fs::read_link(format!("/proc/{pid}/ns/pid")).is_ok_and(|it| it == namespace)
    })
    .collect()
}

#[tokio::test]
async fn when_the_end_is_told_every_process_is_dead_whatever_it_did() {
    if !has_python() {
        return;
    }
    let Some(cage) = Cage::made_afresh().await else { return };
    let (launcher, _) = Witness::of(&cage).await;
    let [pid] = sandboxes_of(launcher)[..] else { panic!("one sandbox is expected") };
    // Only root may look at the guest, and by it at the namespace.
    let namespace = fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
    let mut process = cage.start(&["python3", "-c", &script(STUBBORN)]).await;
    let said = process.next().await;
    assert!(matches!(said, Some(ProcessEvent::Stdout(_))), "{said:?}");
    if let Some(namespace) = &namespace {
        assert!(inside(namespace).len() > 10);
    }
    cage.sandbox.destroy().await;
    assert_eq!(namespace.map_or(Vec::new(), |it| inside(&it)), Vec::<u32>::new());
    assert_eq!(sandboxes_of(launcher), Vec::<u32>::new());
    assert_eq!(subgroups_of(launcher), 0);
}
