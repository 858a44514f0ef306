//! No way out, and none to a neighbour.

use std::{
    net::{TcpListener, TcpStream, UdpSocket},
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixListener},
    },
};

use launcher::Landlock;
use sandbox::{Network, ProcessEvent, Spec};

use super::{
    harness::{Cage, has_python, script},
    targets::on_each_with_python,
};

/// Answers of a kernel that knows no way, or lets nobody go it.
const UNREACHABLE: [&str; 5] = ["EADDRNOTAVAIL", "ENETUNREACH", "EHOSTUNREACH", "EACCES", "EPERM"];

async fn are_out_of_reach(addresses: &str) {
    let code = format!(
        "for family, kind, address in [{addresses}]:
    attacker = socket.socket(getattr(socket, family), getattr(socket, kind))
    attacker.settimeout(5)
    print(call(attacker.connect, address))"
    );
    on_each_with_python(Spec::default(), async |cage| {
        let answers = cage.answers(&code).await;
        assert!(!answers.is_empty());
        for answer in answers {
            assert!(UNREACHABLE.contains(&&*answer), "{answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_address_outside_can_be_reached() {
    are_out_of_reach(
        "('AF_INET', 'SOCK_STREAM', ('1.1.1.1', 80)),
    ('AF_INET', 'SOCK_DGRAM', ('203.0.113.7', 9)),
    ('AF_INET', 'SOCK_STREAM', ('10.0.2.2', 80)),
    ('AF_INET', 'SOCK_STREAM', ('172.17.0.1', 2375)),
    ('AF_INET6', 'SOCK_STREAM', ('2606:4700:4700::1111', 80))",
    )
    .await;
}

#[tokio::test]
async fn the_metadata_of_clouds_cannot_be_reached() {
    are_out_of_reach(
        "('AF_INET', 'SOCK_STREAM', ('169.254.169.254', 80)),
    ('AF_INET', 'SOCK_STREAM', ('2852039166', 80)),
    ('AF_INET', 'SOCK_STREAM', ('0xa9.0xfe.0xa9.0xfe', 80)),
    ('AF_INET6', 'SOCK_STREAM', ('::ffff:169.254.169.254', 80)),
    ('AF_INET6', 'SOCK_STREAM', ('fd00:ec2::254', 80))",
    )
    .await;
}

#[tokio::test]
async fn nothing_can_be_said_through_name_servers() {
    are_out_of_reach(
        "('AF_INET', 'SOCK_DGRAM', ('8.8.8.8', 53)), ('AF_INET', 'SOCK_STREAM', ('8.8.8.8', 53)),
    ('AF_INET6', 'SOCK_DGRAM', ('2001:4860:4860::8888', 53))",
    )
    .await;
}

#[tokio::test]
async fn nothing_can_be_sent_without_connecting_either() {
    let code = "
for address in [('8.8.8.8', 53), ('255.255.255.255', 9), ('224.0.0.1', 9)]:
    sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sender.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
    print(call(sender.sendto, b'x', address))";
    on_each_with_python(Spec::default(), async |cage| {
        for answer in cage.answers(code).await {
            assert!(UNREACHABLE.contains(&&*answer), "{answer}");
        }
    })
    .await;
}

#[tokio::test]
async fn no_name_can_be_resolved() {
    let code = "
try: socket.getaddrinfo('example.com', 80)
except socket.gaierror: print('no')
print(len(socket.getaddrinfo('localhost', 80)) > 0)";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["no", "True"]);
    })
    .await;
}

#[tokio::test]
async fn the_only_interface_is_a_loopback() {
    let code = "print(socket.if_nameindex())";
    on_each_with_python(Spec::default(), async |cage| {
        assert_eq!(cage.answers(code).await, ["[(1, 'lo')]"]);
    })
    .await;
}

#[tokio::test]
async fn no_way_out_can_be_configured() {
    // RTM_NEWLINK and RTM_NEWADDR by netlink; SIOCSIFADDR and SIOCADDRT by ioctl.
    let code = "
import fcntl, struct
asker = socket.socket(16, 3, 0)
for kind, body in [(16, struct.pack('BxHiII', 0, 0, 0, 1, 1)), (20, struct.pack('BBBBI', 2, 8, 0, 0, 1))]:
    asker.send(struct.pack('IHHII', 16 + len(body), kind, 5, 1, 0) + body)
    print(errno.errorcode[-struct.unpack('i', asker.recv(1000)[16:20])[0]])
probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
address = struct.pack('16sHH4s8x', b'lo', 2, 0, bytes([10, 9, 8, 7]))
print(call(fcntl.ioctl, probe, 0x8916, address.ljust(64, b'\\0')), call(fcntl.ioctl, probe, 0x890b, bytes(120)))";
    on_each_with_python(Spec::default(), async |cage| {
        if !cage.shares_the_kernel() {
            return;
        }
        assert_eq!(cage.answers(code).await, ["EPERM", "EPERM", "EPERM EPERM"]);
    })
    .await;
}

#[tokio::test]
async fn abstract_sockets_of_the_host_are_out_of_reach() {
    let name = format!("runbook-isolation-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let _listener = UnixListener::bind_addr(&address).unwrap();
    let code = format!("print(call(socket.socket(socket.AF_UNIX).connect, '\\0{name}'))");
    on_each_with_python(Spec::default(), async |cage| {
        let answers = cage.answers(&code).await;
        assert!(["ECONNREFUSED", "EPERM"].contains(&&*answers[0]), "{answers:?}");
    })
    .await;
}

#[tokio::test]
async fn abstract_sockets_of_the_host_are_out_of_reach_on_its_network_where_landlock_scopes_them() {
    if !Landlock::of_this_kernel().is_some_and(Landlock::scopes) {
        eprintln!("skipped: this kernel has no Landlock of version 6");
        return;
    }
    if !has_python() {
        return;
    }
    let name = format!("runbook-isolation-scoped-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let _listener = UnixListener::bind_addr(&address).unwrap();
    let spec = Spec { network: Network::Full, ..Spec::default() };
    let Some(cage) = Cage::with(spec).await else { return };
    let code = format!(
        "print(call(socket.socket(socket.AF_UNIX).connect, '\\0{name}'))
inside = socket.socket(socket.AF_UNIX)
inside.bind('\\0{name}-inside')
inside.listen()
print(call(socket.socket(socket.AF_UNIX).connect, '\\0{name}-inside'))"
    );
    assert_eq!(cage.answers(&code).await, ["EPERM", "ok"]);
}

#[tokio::test]
async fn services_on_the_loopback_of_the_host_are_out_of_reach() {
    let four = TcpListener::bind("127.0.0.1:0").unwrap();
    let six = TcpListener::bind("[::1]:0");
    let udp = UdpSocket::bind("127.0.0.1:0").unwrap();
    let port = four.local_addr().unwrap().port();
    let port_of_six = six.as_ref().map_or(port, |it| it.local_addr().unwrap().port());
    let code = format!(
        "print(call(socket.socket().connect, ('127.0.0.1', {port})),
      call(socket.socket().connect, ('0.0.0.0', {port})),
      call(socket.socket(socket.AF_INET6).connect, ('::1', {port_of_six})))
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sender.connect(('127.0.0.1', {udp}))
sender.send(b'x')
print(call(sender.send, b'x'))",
        udp = udp.local_addr().unwrap().port(),
    );
    on_each_with_python(Spec::default(), async |cage| {
        let answers = cage.answers(&code).await;
        assert_eq!(answers[1], "ECONNREFUSED");
        for answer in answers[0].split(' ') {
            assert!(answer == "ECONNREFUSED" || UNREACHABLE.contains(&answer), "{answers:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn two_sandboxes_cannot_talk_but_each_has_a_loopback() {
    let listen = script(
        "
listener = socket.create_server(('0.0.0.0', 8123))
hidden = socket.socket(socket.AF_UNIX); hidden.bind('\\0runbook-neighbour'); hidden.listen()
print('listening', flush=True)
import time; time.sleep(1000)",
    );
    let connect = "print(call(socket.socket().connect, ('127.0.0.1', 8123)),
      call(socket.socket(socket.AF_UNIX).connect, '\\0runbook-neighbour'))";
    on_each_with_python(Spec::default(), async |cage| {
        let neighbour = cage.neighbour().await;
        let mut server = cage.start(&["python3", "-c", &listen]).await;
        assert!(matches!(server.next().await, Some(ProcessEvent::Stdout(_))));
        assert_eq!(neighbour.answers(connect).await, ["ECONNREFUSED ECONNREFUSED"]);
        assert_eq!(cage.answers(connect).await, ["ok ok"]);
    })
    .await;
}

#[tokio::test]
async fn what_a_program_listens_on_is_not_reached_from_the_host() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let listen = script(&format!(
        "
listener = socket.create_server(('0.0.0.0', {}))
print('listening', flush=True)
sys.stdin.read()
listener.accept()",
        free.port()
    ));
    on_each_with_python(Spec::default(), async |cage| {
        let mut server = cage.start(&["python3", "-c", &listen]).await;
        assert!(matches!(server.next().await, Some(ProcessEvent::Stdout(_))));
        let refused = TcpStream::connect(free).unwrap_err();
        assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);
    })
    .await;
}

#[tokio::test]
async fn services_of_the_host_are_reached_only_where_the_operator_shares_its_network() {
    if !has_python() {
        return;
    }
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = service.local_addr().unwrap().port();
    let connect = format!("print(call(socket.socket().connect, ('127.0.0.1', {port})))");
    for (network, answer) in [(Network::None, "ECONNREFUSED"), (Network::Full, "ok")] {
        let spec = Spec { network: network.clone(), ..Spec::default() };
        let Some(cage) = Cage::with(spec).await else { return };
        assert_eq!(cage.answers(&connect).await, [answer]);
        let says = &cage.sandbox.isolation().missing;
        let shared = says.iter().any(|it| it.contains("network"));
        assert_eq!(shared, network == Network::Full, "{says:?}");
    }
}
