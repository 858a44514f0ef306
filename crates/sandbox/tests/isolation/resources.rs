//! What a sandbox may use, and that it learns of the end of it.

use sandbox::{Limits, Spec};

use super::harness::python_cage;

const MIB: u64 = 1024 * 1024;

#[tokio::test]
async fn memory_ends_at_the_limit() {
    let limits = Limits { memory_bytes: 64 * MIB, ..Limits::default() };
    let cage = python_cage!(Spec { limits, ..Spec::default() });
    let outcome = cage.python("x = bytearray(200 << 20); print('got it')").await;
    assert_eq!(outcome.stdout, "");
    if cage.limits_memory() {
        assert!(outcome.exit.out_of_memory, "{outcome:?}");
    } else {
        assert!(outcome.stderr.contains("MemoryError"), "{outcome:?}");
        eprintln!("skipped: no control group limits the sandbox as a whole");
    }
    let next = cage.bash("echo next").await;
    assert_eq!(next.stdout, "next\n");
}

#[tokio::test]
async fn files_in_memory_count_as_memory() {
    let limits = Limits { memory_bytes: 64 * MIB, ..Limits::default() };
    let cage = python_cage!(Spec { limits, ..Spec::default() });
    if !cage.limits_memory() {
        eprintln!("skipped: no control group limits the sandbox as a whole");
        return;
    }
    let outcome = cage.bash("head -c 128M /dev/zero > /tmp/x && echo written").await;
    assert_eq!(outcome.stdout, "");
    assert!(outcome.exit.out_of_memory, "{outcome:?}");
}

#[tokio::test]
async fn the_workspace_ends_at_its_quota() {
    let limits = Limits { workspace_bytes: 8 * MIB, ..Limits::default() };
    let cage = python_cage!(Spec { limits, ..Spec::default() });
    let code = "
def fill():
    with open('/tmp/x', 'wb', buffering=0) as file:
        while file.write(bytes(1 << 20)): pass
print(call(fill), os.path.getsize('/tmp/x'))
os.unlink('/tmp/x')
print(call(os.posix_fallocate, os.open('/tmp/y', os.O_CREAT | os.O_WRONLY), 0, 9 << 20))";
    assert_eq!(cage.answers(code).await, [&format!("ENOSPC {}", 8 * MIB), "ENOSPC"]);
}

#[tokio::test]
async fn the_number_of_files_ends_at_its_quota() {
    let limits = Limits { workspace_inodes: 50, ..Limits::default() };
    let cage = python_cage!(Spec { limits, ..Spec::default() });
    let code = "
made = 0
def bomb():
    global made
    while True:
        os.close(os.open(f'/tmp/{made}', os.O_CREAT))
        made += 1
print(call(bomb), made)";
    assert_eq!(cage.answers(code).await, ["ENOSPC 50"]);
}

#[tokio::test]
async fn shared_memory_is_bounded() {
    let cage = python_cage!();
    let code = "print(call(os.posix_fallocate, os.open('/dev/shm/x', os.O_CREAT | os.O_RDWR), 0, 65 << 20))";
    assert_eq!(cage.answers(code).await, ["ENOSPC"]);
}

#[tokio::test]
async fn limits_of_a_process_cannot_be_raised() {
    let cage = python_cage!();
    let code = "
import resource
print(resource.getrlimit(resource.RLIMIT_CORE), resource.getrlimit(resource.RLIMIT_NOFILE))
for limit in [resource.RLIMIT_CORE, resource.RLIMIT_NOFILE, resource.RLIMIT_NPROC]:
    try: resource.setrlimit(limit, (1 << 20, 1 << 20)); print('raised')
    except ValueError: print('refused')
files = []
def exhaust():
    while True: files.append(os.open('/dev/null', 0))
print(call(exhaust))
print(call(os.nice, -20), call(os.sched_setscheduler, 0, os.SCHED_FIFO, os.sched_param(1)))";
    assert_eq!(
        cage.answers(code).await,
        ["(0, 0) (1024, 1024)", "refused", "refused", "refused", "EMFILE", "EPERM EPERM"]
    );
}
