//! Connections that the guest forwards, from the host's side of its link.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket},
};

use guest::{
    Dialled, FRAME_COST, GuestFrame, HostFrame, ListenerId, ListenerKind, MAX_ACCEPTED,
    NetworkOrder, NetworkReport, Payload, STREAM_WINDOW, StreamId,
};

use crate::host::Host;

fn order(host: &mut Host, order: NetworkOrder) {
    host.send(&HostFrame::Network(order));
}

fn report(host: &mut Host) -> NetworkReport {
    host.find(|frame| match frame {
        GuestFrame::Network(report) => Some(report.clone()),
        _ => None,
    })
}

/// Has the guest listen at a port that was free a moment ago.
fn listen(host: &mut Host, kind: ListenerKind) -> SocketAddrV4 {
    let listener = ListenerId(host.next_id());
    loop {
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, free);
        order(host, NetworkOrder::Listen { listener, kind, address });
        let NetworkReport::Listening { errno, .. } = report(host) else { panic!() };
        if errno == 0 {
            return address;
        }
    }
}

fn accepted(host: &mut Host) -> StreamId {
    match report(host) {
        NetworkReport::Accepted { stream, .. } => stream,
        other => panic!("{other:?}"),
    }
}

#[test]
fn bytes_and_ends_go_both_ways() {
    let mut host = Host::start();
    let address = listen(&mut host, ListenerKind::Stream);
    let mut client = TcpStream::connect(address).unwrap();
    let stream = accepted(&mut host);
    client.write_all(b"from inside").unwrap();
    let bytes = Payload::from(&b"from inside"[..]);
    assert_eq!(report(&mut host), NetworkReport::Bytes { stream, bytes });
    client.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(report(&mut host), NetworkReport::Eof { stream });
    order(&mut host, NetworkOrder::Bytes { stream, bytes: Payload::from(&b"from outside"[..]) });
    order(&mut host, NetworkOrder::Eof { stream });
    let mut text = String::new();
    client.read_to_string(&mut text).unwrap();
    assert_eq!(text, "from outside");
}

#[test]
fn a_port_that_is_taken_is_told() {
    let mut host = Host::start();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = SocketAddrV4::new(Ipv4Addr::LOCALHOST, taken.local_addr().unwrap().port());
    let listener = ListenerId(1);
    let kind = ListenerKind::Stream;
    order(&mut host, NetworkOrder::Listen { listener, kind, address });
    let errno = libc::EADDRINUSE;
    assert_eq!(report(&mut host), NetworkReport::Listening { listener, errno });
}

#[test]
fn a_program_sends_no_more_than_the_host_can_take() {
    let mut host = Host::start();
    let address = listen(&mut host, ListenerKind::Stream);
    let mut client = TcpStream::connect(address).unwrap();
    let stream = accepted(&mut host);
    let writer = std::thread::spawn(move || client.write_all(&vec![1; 4 << 20]).map(|()| client));
    let (mut used, mut bytes_seen) = (0, 0);
    let mut granted = STREAM_WINDOW;
    while bytes_seen < 4 << 20 {
        let NetworkReport::Bytes { bytes, .. } = report(&mut host) else { panic!() };
        bytes_seen += bytes.0.len();
        used += u32::try_from(bytes.0.len()).unwrap() + FRAME_COST;
        assert!(used <= granted, "{used} of {granted}");
        // Only when nothing but a rest is left, so that a guest that does not count shows.
        if granted - used <= FRAME_COST {
            granted += STREAM_WINDOW;
            order(&mut host, NetworkOrder::Grant { stream, bytes: STREAM_WINDOW });
        }
    }
    writer.join().unwrap().unwrap();
}

#[test]
fn a_host_that_sends_more_than_granted_is_left() {
    let mut host = Host::start();
    let address = listen(&mut host, ListenerKind::Stream);
    let _client = TcpStream::connect(address).unwrap();
    let stream = accepted(&mut host);
    let chunk = Payload(vec![0; guest::MAX_CHUNK]);
    // Nobody reads, but a socket takes some: what it took was granted again.
    for _ in 0..1024 {
        let bytes = chunk.clone();
        let mut encoded = Vec::new();
        let frame = HostFrame::Network(NetworkOrder::Bytes { stream, bytes });
        guest::encode(&frame, &mut encoded).unwrap();
        if host.link.write_all(&encoded).is_err() {
            break;
        }
    }
    let complaint = host.find(|frame| match frame {
        GuestFrame::Error { message } => Some(message.clone()),
        _ => None,
    });
    assert_eq!(complaint, "more of a stream than granted");
}

#[test]
fn a_reset_breaks_the_connection() {
    let mut host = Host::start();
    let address = listen(&mut host, ListenerKind::Stream);
    let mut client = TcpStream::connect(address).unwrap();
    let stream = accepted(&mut host);
    order(&mut host, NetworkOrder::Reset { stream });
    let broken = client.read(&mut [0]).unwrap_err();
    assert_eq!(broken.kind(), std::io::ErrorKind::ConnectionReset);
    // What comes later about it is about nobody.
    order(&mut host, NetworkOrder::Grant { stream, bytes: 1 });
    order(&mut host, NetworkOrder::Eof { stream });
    assert_eq!(host.run_shell("echo fine").stdout, b"fine\n");
}

#[test]
fn more_connections_than_may_be_wait_and_the_guest_goes_on() {
    let mut host = Host::start();
    let address = listen(&mut host, ListenerKind::Stream);
    let clients: Vec<_> =
        (0..MAX_ACCEPTED + 20).map(|_| TcpStream::connect(address).unwrap()).collect();
    let streams: Vec<_> = (0..MAX_ACCEPTED).map(|_| accepted(&mut host)).collect();
    let ascending = streams.windows(2).all(|pair| pair[0] < pair[1]);
    assert!(ascending && streams.iter().all(|it| it.0 % 2 == 1), "{streams:?}");
    // Whatever is asked next would be answered behind a connection too many.
    assert_eq!(host.run_shell("echo fine").stdout, b"fine\n");
    order(&mut host, NetworkOrder::Reset { stream: streams[0] });
    assert!(accepted(&mut host) > streams[MAX_ACCEPTED - 1]);
    drop(clients);
}

#[test]
fn a_datagram_is_passed_on_and_answered() {
    let mut host = Host::start();
    let address = listen(&mut host, ListenerKind::Datagram);
    let client = UdpSocket::bind("127.0.0.1:0").unwrap();
    client.send_to(&[7; guest::MAX_DATAGRAM + 1], address).unwrap();
    client.send_to(b"query", address).unwrap();
    // The first one was too long, and is not heard of.
    let NetworkReport::Datagram { listener, peer, bytes } = report(&mut host) else { panic!() };
    assert_eq!(bytes.0, b"query");
    assert_eq!(peer.port(), client.local_addr().unwrap().port());
    order(&mut host, NetworkOrder::Datagram { listener, peer, bytes: Payload(b"answer".to_vec()) });
    let mut answer = [0; 100];
    let (length, _) = client.recv_from(&mut answer).unwrap();
    assert_eq!(&answer[..length], b"answer");
}

#[test]
fn only_what_programs_listen_on_is_dialled() {
    let mut host = Host::start();
    let ours = listen(&mut host, ListenerKind::Stream).port();
    let service = TcpListener::bind("127.0.0.1:0").unwrap();
    let theirs = service.local_addr().unwrap().port();
    order(
        &mut host,
        NetworkOrder::Dial { stream: StreamId(2), port: ours, among: Dialled::Everything },
    );
    let errno = libc::ECONNREFUSED;
    assert_eq!(report(&mut host), NetworkReport::Reset { stream: StreamId(2), errno });
    order(
        &mut host,
        NetworkOrder::Dial { stream: StreamId(4), port: theirs, among: Dialled::OwnSockets },
    );
    assert_eq!(report(&mut host), NetworkReport::Dialled { stream: StreamId(4) });
    let (mut inside, _) = service.accept().unwrap();
    inside.write_all(b"hello").unwrap();
    let bytes = Payload::from(&b"hello"[..]);
    assert_eq!(report(&mut host), NetworkReport::Bytes { stream: StreamId(4), bytes });
}
