//! What the guest does with a host that breaks the rules.

use std::io::Write;

use guest::{GuestFrame, HostFrame, MAX_FRAME, Payload, ProgramId, RequestId, Stdin, VERSION};

use crate::host::Host;

/// Exit code of the guest after a broken rule.
const PROTOCOL: i32 = 76;

fn refused(mut host: Host, complaint: &str) {
    let message = host.find(|frame| match frame {
        GuestFrame::Error { message } => Some(message.clone()),
        _ => None,
    });
    assert!(message.contains(complaint), "{message}");
    assert_eq!(host.guest_ends().code(), Some(PROTOCOL));
}

#[test]
fn garbage_ends_the_guest() {
    let mut host = Host::start();
    host.link.write_all(&[4, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]).unwrap();
    refused(host, "malformed");
}

#[test]
fn an_oversize_frame_ends_the_guest_before_it_arrives() {
    let mut host = Host::start();
    host.link.write_all(&u32::try_from(MAX_FRAME + 1).unwrap().to_le_bytes()).unwrap();
    refused(host, "exceeds");
}

#[test]
fn a_frame_with_something_behind_it_ends_the_guest() {
    let mut host = Host::start();
    let mut bytes = Vec::new();
    guest::encode(&HostFrame::Shutdown, &mut bytes).unwrap();
    bytes[0] += 1;
    bytes.push(0);
    host.link.write_all(&bytes).unwrap();
    refused(host, "too many");
}

#[test]
fn nothing_is_done_before_hello() {
    let mut host = Host::without_hello();
    host.send(&HostFrame::ListFiles { request: RequestId(1), path: ".".to_owned() });
    refused(host, "no hello");
}

#[test]
fn another_version_is_refused_with_our_own() {
    let mut host = Host::without_hello();
    host.send(&HostFrame::Hello { version: VERSION + 1, nonce: [1; 16] });
    assert_eq!(host.receive(), GuestFrame::Hello { version: VERSION, nonce: [1; 16] });
    refused(host, "version");
}

#[test]
fn a_second_hello_is_refused() {
    let mut host = Host::start();
    host.send(&HostFrame::Hello { version: VERSION, nonce: [1; 16] });
    refused(host, "second hello");
}

#[test]
fn a_number_used_twice_is_refused() {
    let mut host = Host::start();
    let start = host.program(&["sleep", "1000"]);
    host.begin(&start);
    host.send(&HostFrame::Start(start));
    refused(host, "twice");
}

#[test]
fn more_input_than_granted_is_refused() {
    let mut host = Host::start();
    let mut start = host.program(&["sleep", "1000"]);
    start.stdin = Stdin::Pipe;
    host.begin(&start);
    // The guest's window and the pipe itself hold less than this.
    for _ in 0..8 {
        let bytes = Payload(vec![0; guest::MAX_CHUNK]);
        host.offer(&HostFrame::Stdin { program: start.program, bytes });
    }
    refused(host, "granted");
}

#[test]
fn frames_about_unknown_programs_and_requests_are_ignored() {
    let mut host = Host::start();
    let program = ProgramId(99);
    let request = RequestId(99);
    let size = guest::TerminalSize { rows: 1, columns: 1 };
    host.stdin(program, b"x");
    host.send(&HostFrame::StdinEof { program });
    host.send(&HostFrame::Signal { program, signal: 9 });
    host.send(&HostFrame::Kill { program });
    host.send(&HostFrame::Resize { program, size });
    host.send(&HostFrame::Grant { program, bytes: 1 });
    host.send(&HostFrame::WriteMore { request, bytes: Payload::default(), last: true });
    host.send(&HostFrame::Cancel { request });
    assert_eq!(host.run_shell("echo fine").stdout, b"fine\n");
}

#[test]
fn numbers_that_are_no_signals_are_ignored() {
    let mut host = Host::start();
    let start = host.program(&["cat"]);
    let start = guest::Start { stdin: Stdin::Pipe, ..start };
    host.begin(&start);
    for signal in [0, -1, -9, 65, i32::MAX, i32::MIN] {
        host.send(&HostFrame::Signal { program: start.program, signal });
    }
    host.stdin(start.program, b"alive");
    host.send(&HostFrame::StdinEof { program: start.program });
    assert_eq!(host.until_exit(start.program).stdout, b"alive");
}
