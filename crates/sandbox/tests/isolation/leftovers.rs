//! What one sandbox leaves behind, no other finds.

use sandbox::Spec;

use super::targets::on_each_with_python;

/// Puts something in every place that could outlive a program, and says what was there before.
const LEAVE_AND_LOOK: &str = "
found = sorted(os.listdir('/tmp')) + sorted(os.listdir('/dev/shm'))
for get in [lambda: libc.shmget(77, 0, 0), lambda: libc.msgget(77, 0), lambda: libc.semget(77, 0, 0)]:
    if get() >= 0: found.append('an object of IPC')
visitor = socket.socket(socket.AF_UNIX)
if call(visitor.connect, '\\0left') == 'ok': found.append('an abstract socket')
found += [it for it in os.listdir('/proc') if it.isdigit() and int(it) not in (1, os.getpid())]
print(found)
for path in ['/tmp/left', '/tmp/.hidden', '/dev/shm/left']: open(path, 'w').close()
print(libc.shmget(77, 4096, 0o1600) >= 0, libc.msgget(77, 0o1600) >= 0, libc.semget(77, 1, 0o1600) >= 0)
listener = socket.socket(socket.AF_UNIX); listener.bind('\\0left'); listener.listen()
sys.stdout.flush()
";

const LEFT: &str = "True True True";

#[tokio::test]
async fn a_sandbox_after_another_finds_nothing_of_it() {
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(LEAVE_AND_LOOK).await, ["[]", LEFT]);
        let next = cage.neighbour().await;
        cage.sandbox.destroy().await;
        assert_eq!(next.answers(LEAVE_AND_LOOK).await, ["[]", LEFT]);
        let last = next.neighbour().await;
        next.sandbox.destroy().await;
        assert_eq!(last.answers(LEAVE_AND_LOOK).await, ["[]", LEFT]);
    })
    .await;
}

#[tokio::test]
async fn a_sandbox_beside_another_finds_nothing_of_it() {
    on_each_with_python(Spec::default(), async |cage| {
        let neighbour = cage.neighbour().await;
        let stay = format!("{LEAVE_AND_LOOK}import time; time.sleep(1000)");
        let code = super::harness::script(&stay);
        let mut staying = cage.start(&["python3", "-c", &code]).await;
        staying.next().await;
        assert_eq!(neighbour.answers(LEAVE_AND_LOOK).await, ["[]", LEFT]);
    })
    .await;
}

#[tokio::test]
async fn two_sandboxes_draw_different_numbers() {
    let code = "
import random, uuid
print(random.random(), uuid.uuid4(), os.urandom(8), hash('word'), id(object()))";
    on_each_with_python(Spec::default(), async |cage| {
        let neighbour = cage.neighbour().await;
        let (one, other) = (cage.answers(code).await, neighbour.answers(code).await);
        for (one, other) in one[0].split(' ').zip(other[0].split(' ')) {
            assert_ne!(one, other);
        }
    })
    .await;
}
