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

/// Everything that the kernel tells about a network; who reads it has no socket.
const LOOK_AT_THE_NETWORK: &str = "
for name in ['dev', 'snmp', 'snmp6', 'netstat', 'igmp', 'igmp6', 'ip6_flowlabel', 'tcp', 'tcp6', 'udp', 'udp6']:
    try: print(name, open('/proc/net/' + name).read().split())
    except OSError: pass
";

/// Leaves a trace of every kind in its network, and takes ports that the next may want.
const USE_THE_NETWORK: &str = "
server = socket.create_server(('127.0.0.1', 7777))
client = socket.create_connection(('127.0.0.1', 7777))
accepted, _ = server.accept()
# The side that closes first waits for a minute.
accepted.close(); client.close(); server.close()
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
print(call(sender.connect, ('203.0.113.7', 9)) != 'ok')
six = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
call(six.connect, ('2001:db8::1', 9))
call(six.sendto, b'x', ('::1', 9))
group = socket.inet_aton('239.1.2.3') + socket.inet_aton('127.0.0.1')
call(sender.setsockopt, socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
label = socket.inet_pton(socket.AF_INET6, '::1') + bytes([0, 0, 0, 7, 0, 1, 1, 0]) + bytes([0, 60, 0, 60, 0, 0, 0, 0])
call(six.setsockopt, socket.IPPROTO_IPV6, 32, label)
";

/// Which nobody who went before may hold.
const TAKE_THE_PORTS: &str = "
listener = socket.socket(); listener.bind(('127.0.0.1', 7777)); listener.listen()
print('taken')
";

#[tokio::test]
async fn a_network_that_was_used_is_not_given_to_the_next() {
    on_each_with_python(Spec::default(), async |cage| {
        let untouched = cage.answers(LOOK_AT_THE_NETWORK).await;
        let mut last = cage;
        // Some are made before the last has ended, and only a later one comes into its place.
        for _ in 0..4 {
            assert_eq!(last.answers(USE_THE_NETWORK).await, ["True"]);
            last.sandbox.clone().destroy().await;
            last = last.neighbour().await;
            if last.shares_the_kernel() {
                assert_eq!(last.answers(LOOK_AT_THE_NETWORK).await, untouched);
            }
            assert_eq!(last.answers(TAKE_THE_PORTS).await, ["taken"]);
        }
    })
    .await;
}

#[tokio::test]
async fn two_sandboxes_draw_different_numbers() {
    let code = "
import random, uuid
print(random.random(), uuid.uuid4(), os.urandom(8).hex(), hash('word'), id(object()))";
    on_each_with_python(Spec::default(), async |cage| {
        let neighbour = cage.neighbour().await;
        let (one, other) = (cage.answers(code).await, neighbour.answers(code).await);
        let (one, other) = (one[0].split(' '), other[0].split(' '));
        // The last two are drawn when an interpreter boots.
        let count = if cage.shares_no_beginning() { 5 } else { 3 };
        for (one, other) in one.zip(other).take(count) {
            assert_ne!(one, other);
        }
    })
    .await;
}
