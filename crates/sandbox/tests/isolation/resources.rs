//! What a sandbox may use, and that it learns of the end of it.

use sandbox::{ExitStatus, Limits, Spec};

use super::{
    harness::{program, script},
    targets::{on_each, on_each_with_python},
};

const MIB: u64 = 1024 * 1024;

fn with_memory(bytes: u64) -> Spec {
    Spec { limits: Limits { memory_bytes: bytes, ..Limits::default() }, ..Spec::default() }
}

#[tokio::test]
async fn a_fork_bomb_ends_at_the_limit_and_only_inside() {
    let code = "
import time
count = 0
try:
    while True:
        if os.fork() == 0: time.sleep(1000)
        count += 1
except BlockingIOError: print(count)";
    on_each_with_python(Spec::default(), async |cage| {
        if !cage.refuses_processes(&["python3", "-c", &script(code)]).await {
            return;
        }
        let outcome = cage.python(code).await;
        let count: u32 = outcome.stdout.trim().parse().unwrap();
        assert!((1..=100).contains(&count), "{count} processes");
        cage.still_works().await;
    })
    .await;
}

#[tokio::test]
async fn a_fork_bomb_of_a_shell_is_swept_away() {
    on_each(Spec::default(), async |cage| {
        let bomb = ["/bin/bash", "-c", "bomb() { bomb | bomb & }; bomb; wait"];
        if !cage.refuses_processes(&bomb).await {
            return;
        }
        let mut bomb = program(&bomb);
        bomb.timeout = Some(std::time::Duration::from_millis(700));
        super::harness::collect(cage.launch(bomb).await.unwrap()).await;
        let count = cage.bash("set -- /proc/[0-9]*; echo $#").await.stdout;
        assert_eq!(count, format!("{}\n", cage.residents() + 1), "with the shell that counts");
    })
    .await;
}

#[tokio::test]
async fn a_thread_bomb_ends_at_the_same_limit() {
    let code = "
import threading
stop, count = threading.Event(), 0
threading.stack_size(64 * 1024)
try:
    while True:
        threading.Thread(target=stop.wait, daemon=True).start()
        count += 1
except RuntimeError: print(count)
stop.set()";
    on_each_with_python(Spec::default(), async |cage| {
        if !cage.refuses_processes(&["python3", "-c", &script(code)]).await {
            return;
        }
        let count: u32 = cage.answers(code).await[0].parse().unwrap();
        assert!((1..=100).contains(&count), "{count} threads");
        cage.still_works().await;
    })
    .await;
}

#[tokio::test]
async fn memory_ends_at_the_limit() {
    on_each_with_python(with_memory(64 * MIB), async |cage| {
        let code = "x = bytearray(200 << 20); print('got it')";
        if !cage.outlives_its_memory(code).await {
            return;
        }
        let outcome = cage.python(code).await;
        assert_eq!(outcome.stdout, "");
        if cage.limits_memory() {
            assert!(outcome.exit.out_of_memory, "{outcome:?}");
        } else {
            assert!(outcome.stderr.contains("MemoryError"), "{outcome:?}");
        }
        cage.still_works().await;
    })
    .await;
}

/// What a limit for each process cannot see, and only one for all of them stops.
async fn counts_as_memory(code: &str) {
    on_each_with_python(with_memory(64 * MIB), async |cage| {
        if !cage.outlives_its_memory(code).await {
            return;
        }
        if cage.limits_memory() {
            let outcome = cage.python(code).await;
            assert_eq!(outcome.stdout, "");
            assert!(outcome.exit.out_of_memory, "{outcome:?}");
        }
        cage.still_works().await;
    })
    .await;
}

#[tokio::test]
async fn the_memory_of_many_processes_is_counted_together() {
    counts_as_memory(
        "
children = []
for _ in range(8):
    pid = os.fork()
    if pid == 0:
        x = bytearray(20 << 20)
        import time; time.sleep(1000)
    children.append(pid)
if os.wait()[1] == 9: os.kill(os.getpid(), 9)",
    )
    .await;
}

#[tokio::test]
async fn files_in_memory_count_as_memory() {
    counts_as_memory(
        "with open('/tmp/x', 'wb') as file: file.write(bytes(128 << 20)); print('written')",
    )
    .await;
}

#[tokio::test]
async fn memory_shared_without_a_name_counts_as_memory() {
    counts_as_memory(
        "
import mmap
shared = mmap.mmap(-1, 200 << 20)
for page in range(0, 200 << 20, 4096): shared[page] = 1
print('touched')",
    )
    .await;
}

#[tokio::test]
async fn memory_files_count_as_memory() {
    counts_as_memory(
        "
descriptor = os.memfd_create('x')
for _ in range(200): os.write(descriptor, bytes(1 << 20))
print('written')",
    )
    .await;
}

#[tokio::test]
async fn system_v_segments_count_as_memory() {
    counts_as_memory(
        "
libc.shmat.restype = ctypes.c_void_p
segment = libc.shmget(0, ctypes.c_size_t(200 << 20), 0o1600)
ctypes.memset(libc.shmat(segment, None, 0), 1, 200 << 20)
print('touched')",
    )
    .await;
}

#[tokio::test]
async fn the_workspace_ends_at_its_quota() {
    let limits = Limits { workspace_bytes: 8 * MIB, ..Limits::default() };
    let code = "
def fill():
    with open('/tmp/x', 'wb', buffering=0) as file:
        while file.write(bytes(1 << 20)): pass
print(call(fill), os.path.getsize('/tmp/x'))";
    on_each_with_python(Spec { limits, ..Spec::default() }, async |cage| {
        assert_eq!(cage.answers(code).await, [format!("ENOSPC {}", 8 * MIB)]);
        cage.bash("rm /tmp/x").await;
        cage.still_works().await;
    })
    .await;
}

#[tokio::test]
async fn room_that_is_only_reserved_counts_too() {
    let limits = Limits { workspace_bytes: 8 * MIB, ..Limits::default() };
    let code = "
print(call(os.posix_fallocate, os.open('/tmp/y', os.O_CREAT | os.O_WRONLY), 0, 9 << 20))
sparse = os.open('/tmp/z', os.O_CREAT | os.O_WRONLY)
os.ftruncate(sparse, 1 << 40)
print(os.stat('/tmp/z').st_blocks)
def fill():
    while os.write(sparse, bytes(1 << 20)): pass
print(call(fill))";
    on_each_with_python(Spec { limits, ..Spec::default() }, async |cage| {
        let answers = cage.answers(code).await;
        assert_eq!([&answers[0], &answers[2]], ["ENOSPC"; 2]);
        // gVisor counts holes as blocks when it is asked, not when they are filled.
        assert!(answers[1] == "0" || cage.kernel_of_its_own().is_some(), "{answers:?}");
    })
    .await;
}

#[tokio::test]
async fn the_number_of_files_ends_at_its_quota() {
    let limits = Limits { workspace_inodes: 50, ..Limits::default() };
    let code = "
made = 0
def bomb():
    global made
    while True:
        os.close(os.open(f'/tmp/{made}', os.O_CREAT))
        made += 1
print(call(bomb), made)";
    on_each_with_python(Spec { limits, ..Spec::default() }, async |cage| {
        if cage.limits_files() || cage.outlives_its_memory(code).await {
            assert_eq!(cage.answers(code).await, ["ENOSPC 50"]);
        }
    })
    .await;
}

#[tokio::test]
async fn names_and_attributes_of_files_count_as_files() {
    let limits = Limits { workspace_inodes: 50, ..Limits::default() };
    let code = "
def link():
    open('/tmp/file', 'w').close()
    for number in range(100000): os.link('/tmp/file', f'/tmp/link{number}')
print(call(link))
for name in os.listdir('/tmp'): os.unlink('/tmp/' + name)
def attribute():
    open('/tmp/file', 'w').close()
    for number in range(100000): os.setxattr('/tmp/file', f'user.{number}', bytes(1000))
print(call(attribute))";
    on_each_with_python(Spec { limits, ..Spec::default() }, async |cage| {
        let answers = cage.answers(code).await;
        assert_eq!(answers[0], if cage.limits_files() { "ENOSPC" } else { "ok" });
        // Older kernels keep no attributes of users on a tmpfs.
        let refused = ["ENOSPC", "ENOTSUP"].contains(&&*answers[1]);
        assert!(refused || !cage.limits_files(), "{answers:?}");
    })
    .await;
}

#[tokio::test]
async fn a_very_deep_directory_is_left_behind_at_once() {
    let code = "
for _ in range(2000): os.mkdir('d'); os.chdir('d')
print('deep')";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["deep"]);
        cage.still_works().await;
        cage.sandbox.destroy().await;
    })
    .await;
}

#[tokio::test]
async fn shared_memory_is_bounded() {
    let code = "print(call(os.posix_fallocate, os.open('/dev/shm/x', os.O_CREAT | os.O_RDWR), 0, 65 << 20))";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["ENOSPC"]);
    })
    .await;
}

#[tokio::test]
async fn limits_of_a_process_cannot_be_raised() {
    let code = "
import resource
print(resource.getrlimit(resource.RLIMIT_NOFILE))
for limit in [resource.RLIMIT_CORE, resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC]:
    try: resource.setrlimit(limit, (1 << 20, 1 << 20)); print('raised')
    except (ValueError, OSError): print('refused')";
    on_each_with_python(Spec::default(), async |cage| {
        let answers = cage.answers(code).await;
        assert_eq!(answers[..3], ["(1024, 1024)", "refused", "refused"]);
        // A limit that a kernel of its own only remembers: what counts there is counted outside.
        assert!(answers[3] == "refused" || cage.kernel_of_its_own().is_some(), "{answers:?}");
    })
    .await;
}

#[tokio::test]
async fn no_priority_over_others_can_be_taken() {
    let code = "
print(call(os.nice, -20))
for policy in (os.SCHED_FIFO, os.SCHED_RR):
    print(call(os.sched_setscheduler, 0, policy, os.sched_param(1)))
# IOPRIO_WHO_PROCESS, IOPRIO_CLASS_RT
print(system_call(IOPRIO_SET, 1, 0, 1 << 13))"
        .replace("IOPRIO_SET", &libc::SYS_ioprio_set.to_string());
    on_each_with_python(Spec::default(), async |cage| {
        if cage.shares_the_kernel() {
            assert_eq!(cage.answers(&code).await, ["EPERM"; 4]);
        }
    })
    .await;
}

#[tokio::test]
async fn descriptors_run_out_only_inside() {
    let code = "
files = []
def exhaust():
    while True: files.append(os.open('/dev/null', 0))
print(call(exhaust), len(files) < 1024)";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["EMFILE True"]);
        cage.still_works().await;
    })
    .await;
}

#[tokio::test]
async fn terminals_run_out_only_inside() {
    let code = "
import pty
pairs = []
def exhaust():
    while True: pairs.append(pty.openpty())
try: exhaust()
except OSError as error: print(len(pairs) <= 64)";
    on_each_with_python(Spec::default(), async |cage| {
        let bounded = cage.answers(code).await == ["True"];
        assert!(bounded || !cage.limits_terminals());
        rustix::pty::openpt(rustix::pty::OpenptFlags::NOCTTY).unwrap();
        let mut shell = program(&["/bin/bash", "-c", "tty"]);
        shell.terminal = Some(sandbox::TerminalSize { rows: 24, columns: 80 });
        let outcome = super::harness::collect(cage.sandbox.run(shell).await.unwrap()).await;
        assert!(outcome.stdout.starts_with("/dev/pts/"), "{outcome:?}");
    })
    .await;
}

#[tokio::test]
async fn watches_of_files_run_out_only_inside() {
    let code = "
made = []
def exhaust():
    while True:
        descriptor = libc.inotify_init1(0)
        if descriptor < 0: raise OSError(ctypes.get_errno(), 'inotify')
        made.append(descriptor)
print(call(exhaust), len(made) > 1, flush=True)
sys.stdin.read()";
    on_each_with_python(Spec::default(), async |cage| {
        let mut greedy = program(&["python3", "-c", &script(code)]);
        greedy.stdin = sandbox::Stdin::Pipe;
        let mut process = cage.launch(greedy).await.unwrap();
        let said = super::harness::until_stdout(&mut process, "\n").await;
        assert_eq!(said, "EMFILE True\n");
        // While the program still has them, we, who may be the same user outside, get one.
        let ours = rustix::fs::inotify::init(rustix::fs::inotify::CreateFlags::CLOEXEC);
        assert!(ours.is_ok(), "{ours:?}");
        process.handle().close_stdin().await.unwrap();
        super::harness::collect(process).await;
        cage.still_works().await;
    })
    .await;
}

#[tokio::test]
async fn ipc_objects_run_out_only_inside() {
    let code = "
def until_refused(make):
    for count in range(100000):
        if make() < 0: return errno.errorcode[ctypes.get_errno()]
print(until_refused(lambda: libc.msgget(0, 0o1600)))
print(until_refused(lambda: libc.semget(0, 1, 0o1600)))
print(until_refused(lambda: libc.shmget(0, 4096, 0o1600)))";
    on_each_with_python(Spec::default(), async |cage| {
        if !cage.shares_the_kernel() {
            return;
        }
        assert_eq!(cage.answers(code).await, ["ENOSPC"; 3]);
        let neighbour = cage.neighbour().await;
        let one_each = "
print(libc.msgget(0, 0o1600) >= 0, libc.semget(0, 1, 0o1600) >= 0, libc.shmget(0, 4096, 0o1600) >= 0)";
        assert_eq!(neighbour.answers(one_each).await, ["True True True"]);
    })
    .await;
}

#[tokio::test]
async fn message_queues_with_names_run_out_only_inside_or_cannot_be_made() {
    let code = "
rt = ctypes.CDLL('librt.so.1', use_errno=True)
for number in range(100000):
    if rt.mq_open(b'/queue%d' % number, os.O_CREAT | os.O_RDWR, 0o600, None) < 0: break
else: raise SystemExit('a hundred thousand')
print(errno.errorcode[ctypes.get_errno()])";
    on_each_with_python(Spec::default(), async |cage| {
        let answers = cage.answers(code).await;
        // The last two where the user who owns the namespace is not mapped, or Landlock is there.
        assert!(["EMFILE", "ENOSPC", "EOVERFLOW", "EACCES"].contains(&&*answers[0]), "{answers:?}");
        assert_eq!(cage.neighbour().await.answers(code).await, answers);
    })
    .await;
}

#[tokio::test]
async fn a_crash_leaves_no_core_and_starts_no_handler_of_the_host() {
    // One byte, not zero: a handler behind a pipe is started whatever the limit, unless it is one.
    let code = "
import resource
print(resource.getrlimit(resource.RLIMIT_CORE))
try: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)); print('changed')
except (ValueError, OSError): print('refused')
print(attempt('/proc/self/coredump_filter', 'r+b') in ('ok', 'EACCES', 'ENOENT'))
if os.fork() == 0: os.abort()
print(os.wait()[1], os.listdir('/tmp'))";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["(1, 1)", "refused", "True", "6 []"]);
    })
    .await;
}

#[tokio::test]
async fn too_many_arguments_are_refused_with_a_reason() {
    on_each(Spec::default(), async |cage| {
        let long = "x".repeat(200_000);
        let outcome = cage.sandbox.run(program(&["/bin/echo", &long])).await.map(drop);
        assert!(outcome.unwrap_err().to_string().contains("cannot be started"));
        let longer = vec!["x".repeat(60_000); 200];
        let argv: Vec<&str> =
            ["/bin/true"].into_iter().chain(longer.iter().map(|it| &**it)).collect();
        let outcome = cage.sandbox.run(program(&argv)).await.map(drop);
        assert!(outcome.unwrap_err().to_string().contains("too many for a start"));
        assert_eq!(cage.run(&["/bin/true"]).await.exit.status, ExitStatus::Code(0));
    })
    .await;
}
