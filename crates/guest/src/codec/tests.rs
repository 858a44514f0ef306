use std::net::{IpAddr, SocketAddrV4};

use proptest::prelude::*;

use super::*;
use crate::{
    Dialled, ExitStatus, Exited, FileEntry, FileKind, GuestFrame, HostFrame, ListenerId,
    ListenerKind, ListeningPort, NetworkOrder, NetworkReport, OnExcess, Payload, Prepare,
    ProgramId, RequestId, Rlimits, StandbyId, Start, StartStep, Stdin, StreamId, TerminalSize,
};

fn payload() -> impl Strategy<Value = Payload> {
    prop::collection::vec(any::<u8>(), 0..300).prop_map(Payload)
}

fn program() -> impl Strategy<Value = ProgramId> {
    any::<u64>().prop_map(ProgramId)
}

fn request() -> impl Strategy<Value = RequestId> {
    any::<u64>().prop_map(RequestId)
}

fn size() -> impl Strategy<Value = TerminalSize> {
    any::<(u16, u16)>().prop_map(|(rows, columns)| TerminalSize { rows, columns })
}

fn start() -> impl Strategy<Value = Start> {
    let strings = prop::collection::vec(".{0,20}", 0..5);
    let pairs = prop::collection::vec(("[A-Z]{0,9}", ".{0,20}"), 0..5);
    (
        program(),
        strings,
        pairs,
        ".{0,20}",
        prop::option::of(size()),
        any::<(Option<u64>, u64, u32, bool)>(),
    )
        .prop_map(
            |(program, argv, env, cwd, terminal, (timeout_ms, output_limit, window, flag))| Start {
                program,
                argv,
                env,
                cwd,
                stdin: if flag { Stdin::Pipe } else { Stdin::Null },
                terminal,
                rlimits: Rlimits { open_files: timeout_ms, ..Rlimits::default() },
                timeout_ms,
                output_limit,
                on_excess: if flag { OnExcess::Drop } else { OnExcess::Kill },
                window,
                standby: timeout_ms.map(StandbyId),
                cpu_limit_us: timeout_ms,
                lingers: flag,
            },
        )
}

fn prepare() -> impl Strategy<Value = Prepare> {
    let standby = any::<u64>().prop_map(StandbyId);
    (standby, start(), ".{0,20}", payload()).prop_map(|(standby, start, executable, attachment)| {
        Prepare {
            standby,
            executable,
            argv: start.argv,
            env: start.env,
            cwd: start.cwd,
            rlimits: start.rlimits,
            attachment,
            is_kept: start.lingers,
        }
    })
}

fn host_frame() -> impl Strategy<Value = HostFrame> {
    prop_oneof![
        any::<(u16, [u8; 16])>().prop_map(|(version, nonce)| HostFrame::Hello { version, nonce }),
        start().prop_map(HostFrame::Start),
        (program(), payload()).prop_map(|(program, bytes)| HostFrame::Stdin { program, bytes }),
        (program(), any::<i32>())
            .prop_map(|(program, signal)| HostFrame::Signal { program, signal }),
        (program(), size()).prop_map(|(program, size)| HostFrame::Resize { program, size }),
        (request(), ".{0,40}", any::<(u32, bool)>(), payload()).prop_map(
            |(request, path, (mode, last), bytes)| HostFrame::WriteFile {
                request,
                path,
                mode,
                bytes,
                last
            }
        ),
        Just(HostFrame::Shutdown),
        prepare().prop_map(HostFrame::Prepare),
        any::<u64>().prop_map(|it| HostFrame::Discard { standby: StandbyId(it) }),
        Just(HostFrame::Pausing),
        any::<u64>().prop_map(|paused_us| HostFrame::Resuming { paused_us }),
        (request(), ".{0,40}", any::<(u64, u32)>()).prop_map(
            |(request, path, (max_bytes, window))| HostFrame::ReadTree {
                request,
                path,
                max_bytes,
                window
            }
        ),
        (request(), ".{0,40}").prop_map(|(request, path)| HostFrame::WriteTree { request, path }),
        (request(), ".{0,40}", ".{0,40}").prop_map(|(request, from, to)| HostFrame::Rename {
            request,
            from,
            to
        }),
        network_order().prop_map(HostFrame::Network),
    ]
}

fn stream() -> impl Strategy<Value = StreamId> {
    any::<u64>().prop_map(StreamId)
}

fn network_order() -> impl Strategy<Value = NetworkOrder> {
    prop_oneof![
        any::<(u64, [u8; 4], u16)>().prop_map(|(listener, address, port)| NetworkOrder::Listen {
            listener: ListenerId(listener),
            kind: ListenerKind::Datagram,
            address: SocketAddrV4::new(address.into(), port),
        }),
        (stream(), any::<u16>()).prop_map(|(stream, port)| {
            let among = Dialled::OwnSockets;
            NetworkOrder::Dial { stream, port, among }
        }),
        (stream(), payload()).prop_map(|(stream, bytes)| NetworkOrder::Bytes { stream, bytes }),
    ]
}

fn network_report() -> impl Strategy<Value = NetworkReport> {
    let port = any::<(u16, [u8; 16])>()
        .prop_map(|(port, address)| ListeningPort { port, address: IpAddr::from(address) });
    prop_oneof![
        (stream(), payload()).prop_map(|(stream, bytes)| NetworkReport::Bytes { stream, bytes }),
        (stream(), any::<i32>()).prop_map(|(stream, errno)| NetworkReport::Reset { stream, errno }),
        (request(), prop::collection::vec(port, 0..5))
            .prop_map(|(request, ports)| NetworkReport::Ports { request, ports }),
    ]
}

fn exited() -> impl Strategy<Value = Exited> {
    (program(), any::<(i32, bool, bool, bool, u64, u64, u64)>()).prop_map(
        |(program, (number, signal, timed_out, out_of_memory, cpu_us, wall_us, peak))| Exited {
            program,
            status: if signal { ExitStatus::Signal(number) } else { ExitStatus::Code(number) },
            timed_out,
            out_of_memory,
            cpu_us,
            wall_us,
            peak_memory_bytes: peak,
            cpu_exceeded: timed_out,
        },
    )
}

fn guest_frame() -> impl Strategy<Value = GuestFrame> {
    let entry = (".{0,20}", any::<(u64, u32)>()).prop_map(|(name, (size, mode))| FileEntry {
        name,
        kind: FileKind::Symlink,
        size,
        mode,
    });
    prop_oneof![
        (program(), payload()).prop_map(|(program, bytes)| GuestFrame::Stdout { program, bytes }),
        (program(), any::<i32>()).prop_map(|(program, errno)| GuestFrame::StartFailed {
            program,
            errno,
            step: StartStep::Execute
        }),
        exited().prop_map(GuestFrame::Exited),
        (request(), prop::collection::vec(entry, 0..5))
            .prop_map(|(request, entries)| GuestFrame::Files { request, entries }),
        ".{0,40}".prop_map(|message| GuestFrame::Error { message }),
        network_report().prop_map(GuestFrame::Network),
        any::<u64>().prop_map(|it| GuestFrame::StandbyReady { standby: StandbyId(it) }),
        (program(), payload(), any::<bool>()).prop_map(|(program, bytes, last)| GuestFrame::Said {
            program,
            bytes,
            last
        }),
        (any::<u64>(), ".{0,40}").prop_map(|(standby, reason)| GuestFrame::StandbyFailed {
            standby: StandbyId(standby),
            reason
        }),
    ]
}

/// Decodes a stream that arrives in pieces of the given size.
fn decode<T: DeserializeOwned>(stream: &[u8], piece: usize) -> Result<Vec<T>, FrameError> {
    let mut decoder = Decoder::default();
    let mut frames = Vec::new();
    for bytes in stream.chunks(piece) {
        decoder.push(bytes);
        while let Some(frame) = decoder.next()? {
            frames.push(frame);
        }
    }
    Ok(frames)
}

proptest! {
    #[test]
    fn host_frames_survive_the_way_in_any_pieces(
        frames in prop::collection::vec(host_frame(), 0..8),
        piece in 1_usize..600,
    ) {
        let mut stream = Vec::new();
        frames.iter().for_each(|it| encode(it, &mut stream).unwrap());
        prop_assert_eq!(decode(&stream, piece), Ok(frames));
    }

    #[test]
    fn guest_frames_survive_the_way_in_any_pieces(
        frames in prop::collection::vec(guest_frame(), 0..8),
        piece in 1_usize..600,
    ) {
        let mut stream = Vec::new();
        frames.iter().for_each(|it| encode(it, &mut stream).unwrap());
        prop_assert_eq!(decode(&stream, piece), Ok(frames));
    }

    #[test]
    fn garbage_is_an_error_or_nothing_but_never_a_panic(
        stream in prop::collection::vec(any::<u8>(), 0..2000),
        piece in 1_usize..600,
    ) {
        decode::<HostFrame>(&stream, piece).ok();
        decode::<GuestFrame>(&stream, piece).ok();
    }

    #[test]
    fn a_damaged_frame_is_an_error_or_another_frame_but_never_a_panic(
        frame in guest_frame(),
        at in any::<prop::sample::Index>(),
        value in any::<u8>(),
    ) {
        let mut stream = Vec::new();
        encode(&frame, &mut stream).unwrap();
        let at = at.index(stream.len());
        stream[at] = value;
        decode::<GuestFrame>(&stream, stream.len()).ok();
    }
}

#[test]
fn output_written_in_place_is_a_frame_like_any_other() {
    for size in [0, 1, 127, 128, 20_000, MAX_CHUNK] {
        let program = ProgramId(1 << 40);
        let mut stream = Vec::new();
        let fill = |place: &mut [u8]| {
            place[..size].fill(7);
            Ok::<_, ()>(size)
        };
        let count = encode_output(OutputStream::Stderr, program, MAX_CHUNK, &mut stream, fill);
        assert_eq!(count, Ok(size));
        encode_output(OutputStream::Stdout, program, 9, &mut stream, |_| Err(())).unwrap_err();
        let bytes = Payload(vec![7; size]);
        let expected = GuestFrame::Stderr { program, bytes };
        assert_eq!(decode(&stream, stream.len()), Ok(vec![expected]));
    }
}

#[test]
fn a_chunk_written_in_place_is_the_frame_that_says_so() {
    for size in [1, 127, 128, MAX_CHUNK] {
        let (mut stream, request) = (vec![1, 2], RequestId(300));
        let fill = |out: &mut Vec<u8>| {
            out.resize(out.len() + size, 7);
            Ok::<_, ()>(())
        };
        assert_eq!(encode_chunk(request, &mut stream, fill), Ok(size));
        assert_eq!(encode_chunk(request, &mut stream, |_| Ok::<_, ()>(())), Ok(0));
        encode_chunk(request, &mut stream, |out| {
            out.push(1);
            Err(())
        })
        .unwrap_err();
        let expected = GuestFrame::FileChunk { request, bytes: Payload(vec![7; size]) };
        assert_eq!(decode(&stream[2..], stream.len()), Ok(vec![expected]));
    }
}

#[test]
fn a_length_is_refused_before_its_bytes_arrive() {
    let mut decoder = Decoder::<GuestFrame>::default();
    decoder.push(&u32::MAX.to_le_bytes());
    assert_eq!(decoder.next(), Err(FrameError::Oversize { length: u32::MAX }));
}

#[test]
fn a_list_that_claims_more_entries_than_it_has_is_refused() {
    let mut files = Vec::new();
    let request = RequestId(1);
    encode(&GuestFrame::Files { request, entries: vec![] }, &mut files).unwrap();
    // In place of the count 0, one of 2^35 - 1.
    let payload = [&files[HEADER..files.len() - 1], &[0xff, 0xff, 0xff, 0xff, 0x7f]].concat();
    let mut stream = u32::try_from(payload.len()).unwrap().to_le_bytes().to_vec();
    stream.extend(payload);
    assert!(matches!(decode::<GuestFrame>(&stream, 7), Err(FrameError::Malformed { .. })));
}

#[test]
fn a_frame_that_is_too_large_leaves_no_trace() {
    let mut out = vec![1, 2, 3];
    let bytes = Payload(vec![0; MAX_FRAME]);
    let frame = GuestFrame::Stdout { program: ProgramId(1), bytes };
    assert!(encode(&frame, &mut out).unwrap_err().length > MAX_FRAME);
    assert_eq!(out, [1, 2, 3]);
}

#[test]
fn hello_keeps_its_bytes_in_all_versions() {
    let mut out = Vec::new();
    encode(&HostFrame::Hello { version: 1, nonce: [9; 16] }, &mut out).unwrap();
    encode(&GuestFrame::Hello { version: 1, nonce: [9; 16] }, &mut out).unwrap();
    let expected = [[18, 0, 0, 0, 0, 1].as_slice(), &[9; 16]].concat();
    assert_eq!(out, [expected.clone(), expected].concat());
}
