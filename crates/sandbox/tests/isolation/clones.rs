//! Sandboxes that a zygote cloned keep the promises of all others, and have nothing in common that
//! could be told.

use std::collections::HashSet;

use sandbox::{
    Access, Backend, BoxFuture, ExitStatus, Interpreter, Mount, Namespaces, Sandbox, Spec,
    StartError, Started,
};

use super::harness::{Cage, has_python};

const PYTHON: &str = "/usr/bin/python3";

/// What is drawn at random in the zygote already, and again in each clone, which then stands by.
const DRAWING: &str = r"
import os, random, secrets, ssl, tempfile, uuid
def draw():
    return [random.random(), uuid.uuid4().hex, secrets.token_hex(), ssl.RAND_bytes(8).hex(),
            next(tempfile._get_candidate_names()), os.urandom(8).hex()]
draw()
become_a_clone()
with open('/tmp/drawn', 'w') as file: print(*draw(), sep='\n', file=file)
with open('/tmp/hash', 'w') as file: print(hash('a'), file=file)
os.write(3, b'.')
os.read(3, 1)
";

/// A backend all of whose sandboxes are clones.
#[derive(Debug)]
struct Cloning<'a> {
    namespaces: &'a Namespaces,
    interpreter: Interpreter,
}

impl Backend for Cloning<'_> {
    fn name(&self) -> &'static str {
        "clones"
    }

    fn start(&self, spec: Spec) -> BoxFuture<'_, Result<Started, StartError>> {
        self.namespaces.start_with_standby(spec, self.interpreter.clone())
    }
}

fn interpreter(executable: &str, text: &str) -> Interpreter {
    let text = format!("{}\n{text}", launcher::CLONE);
    Interpreter {
        executable: executable.to_owned(),
        argv: [executable, "-u", "-c", &text].map(str::to_owned).into(),
        env: vec![("LANG".to_owned(), "C.UTF-8".to_owned())],
        attachment: guest::Payload::default(),
    }
}

async fn clone(namespaces: &Namespaces) -> Sandbox {
    let cloning = Cloning { namespaces, interpreter: interpreter(PYTHON, DRAWING) };
    Sandbox::start(&cloning as &dyn Backend, Spec::default()).await.unwrap()
}

/// Two clones of one zygote; nothing where this machine allows no sandboxes at all.
async fn siblings() -> Option<(Cage, Sandbox)> {
    if !has_python() {
        return None;
    }
    let Cage { backend, sandbox, .. } = Cage::new().await?;
    sandbox.destroy().await;
    let (sandbox, sibling) = (clone(&backend).await, clone(&backend).await);
    Some((Cage::around(backend, sandbox, None), sibling))
}

/// The answers of both siblings.
async fn both(cage: &mut Cage, sibling: &mut Sandbox, script: &str) -> [String; 2] {
    let first = cage.bash(script).await.stdout;
    std::mem::swap(&mut cage.sandbox, sibling);
    let second = cage.bash(script).await.stdout;
    std::mem::swap(&mut cage.sandbox, sibling);
    [first, second]
}

/// Waits until the interpreter has drawn what it says.
const DRAWN: &str = "until [ -s /tmp/hash ]; do :; done";

#[tokio::test]
async fn programs_and_interpreter_of_a_clone_have_no_privilege() {
    let Some((cage, _sibling)) = siblings().await else { return };
    for process in ["self", "2"] {
        let wanted = "Uid|Gid|Cap...|NoNewPrivs|Seccomp";
        let script = format!("{DRAWN}; grep -E '^({wanted}):' /proc/{process}/status");
        let outcome = cage.bash(&script).await;
        let lines: Vec<Vec<&str>> =
            outcome.stdout.lines().map(|it| it.split_whitespace().collect()).collect();
        assert_eq!(lines.len(), 9, "{outcome:?}");
        for line in lines {
            let expected = match line[0] {
                "Uid:" | "Gid:" => "1000",
                "NoNewPrivs:" => "1",
                "Seccomp:" => "2",
                _ => "0000000000000000",
            };
            assert!(line[1..].iter().all(|it| *it == expected), "{process}: {line:?}");
        }
    }
}

#[tokio::test]
async fn clones_share_no_namespace() {
    let Some((mut cage, mut sibling)) = siblings().await else { return };
    let script = "for it in cgroup ipc mnt net pid user uts; do readlink /proc/self/ns/$it; done";
    let [first, second] = both(&mut cage, &mut sibling, script).await;
    let (first, second): (HashSet<&str>, HashSet<&str>) =
        (first.lines().collect(), second.lines().collect());
    assert_eq!((first.len(), second.len()), (7, 7));
    let shared: Vec<_> = first.intersection(&second).collect();
    assert!(shared.is_empty(), "{shared:?}");
    for line in first {
        let name = line.split(':').next().unwrap();
        let ours = std::fs::read_link(format!("/proc/self/ns/{name}")).unwrap();
        assert_ne!(ours.to_str().unwrap(), line);
    }
}

#[tokio::test]
async fn clones_see_only_their_own_processes_and_files() {
    let Some((mut cage, mut sibling)) = siblings().await else { return };
    let seen = cage.bash("for it in /proc/[0-9]*; do echo ${it#/proc/}; done").await.stdout;
    let seen: HashSet<&str> = seen.lines().collect();
    assert_eq!(seen.len(), 3, "the guest, the interpreter and the shell: {seen:?}");
    cage.bash("echo x > /tmp/left; echo x > /dev/shm/left").await;
    let script = "ls /tmp/left /dev/shm/left 2>/dev/null; cat /proc/sys/kernel/hostname";
    let [first, second] = both(&mut cage, &mut sibling, script).await;
    assert_eq!(first, "/dev/shm/left\n/tmp/left\nsandbox\n");
    assert_eq!(second, "sandbox\n");
    let [first, second] = both(&mut cage, &mut sibling, "cat /proc/self/uid_map").await;
    let as_root = rustix::process::geteuid().is_root();
    assert_eq!(first != second, as_root, "{first} {second}: a host user of its own");
}

#[tokio::test]
async fn clones_gain_nothing_by_the_calls_that_made_them() {
    let Some((cage, _sibling)) = siblings().await else { return };
    let answers = cage
        .answers(
            "print(call(os.mkdir, '/x'), call(os.chroot, '/tmp'), attempt('/proc/1/mem'))
print(call(os.setuid, 0), call(os.listdir, '/proc/1/fd'), call(os.readlink, '/proc/1/root'))
print(system_call(272, 0x10000000), system_call(165, 0, 0, 0, 0, 0), system_call(101, 16, 2, 0, 0))
print(open('/proc/sys/user/max_user_namespaces').read().strip(), attempt('/proc/cmdline'))
print(attempt('/proc/sys/user/max_user_namespaces', 'wb'), attempt('/proc/sysrq-trigger', 'wb'))
print(sorted(os.listdir('/proc/2/fd')))",
        )
        .await;
    let [made, closed, calls, hidden, settings, descriptors] = &answers[..] else {
        panic!("{answers:?}")
    };
    for word in made.split(' ').chain(closed.split(' ')) {
        assert!(["EROFS", "EPERM", "EACCES", "EINVAL"].contains(&word), "{answers:?}");
    }
    assert_eq!(calls, "EPERM EPERM EPERM");
    assert_eq!(hidden, "0 ok", "covered by /dev/null");
    assert!(settings.split(' ').all(|it| it != "ok"), "{settings}");
    assert_eq!(descriptors, "['0', '1', '2', '3']");
}

#[tokio::test]
async fn limits_hold_in_a_clone() {
    let Some((cage, _sibling)) = siblings().await else { return };
    let answers = cage
        .answers(
            "count = 0
try:
    while True:
        if os.fork() == 0:
            import time; time.sleep(1000)
        count += 1
except BlockingIOError: print(count)
def fill():
    with open('/tmp/full', 'wb') as file:
        while True: file.write(bytes(1 << 20))
print(call(fill), os.path.getsize('/tmp/full') <= 256 << 20)",
        )
        .await;
    assert!((1..=100).contains(&answers[0].parse::<u32>().unwrap()), "{answers:?}");
    assert_eq!(answers[1], "ENOSPC True");
}

#[tokio::test]
async fn what_clones_draw_at_random_differs_and_their_hashes_do_not() {
    let Some((mut cage, mut sibling)) = siblings().await else { return };
    let script = format!("{DRAWN}; cat /tmp/drawn");
    let [first, second] = both(&mut cage, &mut sibling, &script).await;
    let pairs: Vec<_> = first.lines().zip(second.lines()).collect();
    assert_eq!(pairs.len(), 6, "{first} {second}");
    for (first, second) in pairs {
        assert_ne!(first, second);
    }
    // CPython draws the seed of its hashes once, when it boots.
    let [first, second] = both(&mut cage, &mut sibling, "cat /tmp/hash").await;
    assert_eq!(first, second);
}

#[tokio::test]
async fn a_clone_ends_alone_and_all_end_with_their_launcher() {
    let Some((cage, sibling)) = siblings().await else { return };
    let Cage { backend, sandbox, .. } = cage;
    sandbox.destroy().await;
    let mut cage = Cage::around(backend, sibling, None);
    let outcome = cage.bash("echo lives").await;
    assert_eq!(outcome.stdout, "lives\n");
    assert_eq!(outcome.exit.status, ExitStatus::Code(0));
    cage.sandbox = clone(&cage.backend).await;
    let launcher = cage.backend.launcher_pid().await.unwrap();
    let launcher = rustix::process::Pid::from_raw(launcher.cast_signed()).unwrap();
    rustix::process::kill_process(launcher, rustix::process::Signal::KILL).unwrap();
    cage.sandbox.ended().await;
}

/// The number that the kernel gave its network.
async fn network(cage: &Cage) -> String {
    cage.bash("readlink /proc/self/ns/net").await.stdout
}

#[tokio::test]
async fn a_network_is_kept_while_nobody_uses_it() {
    let Some((mut cage, _sibling)) = siblings().await else { return };
    let first = network(&cage).await;
    cage.sandbox.destroy().await;
    cage.sandbox = clone(&cage.backend).await;
    assert_eq!(network(&cage).await, first);
    assert_eq!(cage.bash("exec 3<>/dev/udp/127.0.0.1/9; echo x >&3").await.stdout, "");
    cage.sandbox.destroy().await;
    cage.sandbox = clone(&cage.backend).await;
    assert_ne!(network(&cage).await, first);
}

#[tokio::test]
async fn an_interpreter_that_does_not_boot_is_refused_and_harms_nobody() {
    if !has_python() {
        return;
    }
    let Some(cage) = Cage::new().await else { return };
    for (executable, text) in [("/usr/bin/absent", DRAWING), (PYTHON, "raise SystemExit(3)")] {
        let interpreter = interpreter(executable, text);
        let cloning = Cloning { namespaces: &cage.backend, interpreter };
        for _ in 0..2 {
            let refused = Sandbox::start(&cloning as &dyn Backend, Spec::default()).await;
            assert!(matches!(refused, Err(StartError::NoStandby { .. })), "{refused:?}");
        }
    }
    assert_eq!(cage.bash("echo next").await.stdout, "next\n");
    clone(&cage.backend).await.destroy().await;
}

#[tokio::test]
async fn a_directory_of_the_host_is_shown_in_no_clone() {
    let Some((cage, _sibling)) = siblings().await else { return };
    let dir = tempfile::tempdir().unwrap();
    let source = dir.path().canonicalize().unwrap();
    let mounts = vec![Mount { source, access: Access::ReadOnly }];
    let cloning = Cloning { namespaces: &cage.backend, interpreter: interpreter(PYTHON, DRAWING) };
    let spec = Spec { mounts, ..Spec::default() };
    let refused = Sandbox::start(&cloning as &dyn Backend, spec).await;
    assert!(matches!(refused, Err(StartError::NoStandby { .. })), "{refused:?}");
}
