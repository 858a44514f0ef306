//! No way out, and none to a neighbour.

use std::{
    net::TcpListener,
    os::{
        linux::net::SocketAddrExt,
        unix::net::{SocketAddr, UnixListener},
    },
};

use sandbox::{Network, ProcessEvent, Spec};

use super::harness::{Cage, has_python, python_cage};

#[tokio::test]
async fn no_address_outside_can_be_reached() {
    let cage = python_cage!();
    let answers = cage
        .answers(
            "for family, kind, address in [
    (socket.AF_INET, socket.SOCK_STREAM, ('1.1.1.1', 80)),
    (socket.AF_INET, socket.SOCK_DGRAM, ('8.8.8.8', 53)),
    (socket.AF_INET, socket.SOCK_STREAM, ('169.254.169.254', 80)),
    (socket.AF_INET6, socket.SOCK_STREAM, ('2606:4700:4700::1111', 80)),
    (socket.AF_INET6, socket.SOCK_STREAM, ('::ffff:169.254.169.254', 80)),
]: print(call(socket.socket(family, kind).connect, address))",
        )
        .await;
    assert_eq!(answers, ["ENETUNREACH"; 5]);
}

#[tokio::test]
async fn no_name_can_be_resolved() {
    let cage = python_cage!();
    let code = "
try: socket.getaddrinfo('example.com', 80)
except socket.gaierror: print('no')
print(len(socket.getaddrinfo('localhost', 80)) > 0)";
    assert_eq!(cage.answers(code).await, ["no", "True"]);
}

#[tokio::test]
async fn abstract_sockets_of_the_host_are_out_of_reach() {
    let cage = python_cage!();
    let name = format!("runbook-isolation-{}", std::process::id());
    let address = SocketAddr::from_abstract_name(&name).unwrap();
    let _listener = UnixListener::bind_addr(&address).unwrap();
    let code = format!("print(call(socket.socket(socket.AF_UNIX).connect, '\\0{name}'))");
    assert_eq!(cage.answers(&code).await, ["ECONNREFUSED"]);
}

#[tokio::test]
async fn two_sandboxes_cannot_talk_but_each_has_a_loopback() {
    let cage = python_cage!();
    let Some(neighbour) = Cage::new().await else { return };
    let listen = "
import socket, sys
listener = socket.create_server(('127.0.0.1', 8123))
print('listening', flush=True)
listener.accept()[0].recv(1)";
    let mut server = cage.start(&["/usr/bin/python3", "-c", listen]).await;
    assert!(matches!(server.next().await, Some(ProcessEvent::Stdout(_))));
    let connect = "print(call(socket.socket().connect, ('127.0.0.1', 8123)))";
    assert_eq!(neighbour.answers(connect).await, ["ECONNREFUSED"]);
    assert_eq!(cage.answers(connect).await, ["ok"]);
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
