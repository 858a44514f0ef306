//! What the host does with a guest that breaks the rules.

use bytes::Bytes;
use guest::{
    Decoder, ExitStatus, Exited, FRAME_COST, GuestFrame, HostFrame, Nonce, Payload, ProgramId,
    StartStep, VERSION, encode,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio_util::task::TaskTracker;

use super::*;
use crate::process::ProcessEvent;

/// A guest that says what the test tells it to.
struct Liar {
    link: DuplexStream,
    decoder: Decoder<HostFrame>,
}

impl Liar {
    async fn say(&mut self, frame: GuestFrame) {
        let mut bytes = Vec::new();
        encode(&frame, &mut bytes).unwrap();
        self.link.write_all(&bytes).await.unwrap();
    }

    async fn hear(&mut self) -> HostFrame {
        loop {
            if let Some(frame) = self.decoder.next().unwrap() {
                return frame;
            }
            let mut buffer = [0; 4096];
            let count = self.link.read(&mut buffer).await.unwrap();
            assert_ne!(count, 0, "the host hung up");
            self.decoder.push(&buffer[..count]);
        }
    }

    async fn hear_nonce(&mut self) -> Nonce {
        let frame = self.hear().await;
        let HostFrame::Hello { nonce, .. } = frame else { panic!("{frame:?}") };
        nonce
    }
}

fn liar() -> (DuplexStream, Liar) {
    let (ours, link) = tokio::io::duplex(1 << 20);
    (ours, Liar { link, decoder: Decoder::default() })
}

async fn acquainted() -> (Connection, Liar) {
    let (link, mut liar) = liar();
    let tracker = TaskTracker::new();
    let greet = async {
        let nonce = liar.hear_nonce().await;
        liar.say(GuestFrame::Hello { version: VERSION, nonce }).await;
    };
    let (connection, ()) = tokio::join!(Connection::open(link, &tracker), greet);
    (connection.unwrap(), liar)
}

async fn started() -> (Connection, Liar, Process, ProgramId) {
    let (connection, mut liar) = acquainted().await;
    let (process, program) = tokio::join!(connection.run(Program::new(["x"])), async {
        let frame = liar.hear().await;
        let HostFrame::Start(Start { program, .. }) = frame else { panic!("{frame:?}") };
        liar.say(GuestFrame::Started { program, pid: 2 }).await;
        program
    });
    (connection, liar, process.unwrap(), program)
}

fn exited(program: ProgramId) -> GuestFrame {
    GuestFrame::Exited(Exited {
        program,
        status: ExitStatus::Code(0),
        timed_out: false,
        out_of_memory: false,
        cpu_us: 0,
        wall_us: 0,
        peak_memory_bytes: 0,
        cpu_exceeded: false,
    })
}

#[tokio::test]
async fn only_a_guest_with_our_nonce_and_version_is_accepted() {
    let answers: [fn(Nonce) -> GuestFrame; 3] = [
        |_| GuestFrame::Hello { version: VERSION, nonce: [0; 16] },
        |nonce| GuestFrame::Hello { version: VERSION + 1, nonce },
        |_| GuestFrame::Started { program: ProgramId(1), pid: 1 },
    ];
    let mut complaints = Vec::new();
    for answer in answers {
        let (link, mut liar) = liar();
        let tracker = TaskTracker::new();
        let lie = async {
            let nonce = liar.hear_nonce().await;
            liar.say(answer(nonce)).await;
        };
        let (connection, ()) = tokio::join!(Connection::open(link, &tracker), lie);
        complaints.push(connection.unwrap_err().to_string());
    }
    assert_eq!(complaints[0], "guest answered another host's hello");
    assert_eq!(complaints[1], format!("guest speaks version {} instead of {VERSION}", VERSION + 1));
    assert!(complaints[2].contains("instead of hello"), "{complaints:?}");
}

#[tokio::test]
async fn garbage_instead_of_hello_is_refused() {
    let (link, mut liar) = liar();
    liar.link.write_all(b"SSH-2.0-OpenSSH").await.unwrap();
    let refused = Connection::open(link, &TaskTracker::new()).await;
    assert!(matches!(refused, Err(LinkError::Frame(_))));
}

#[tokio::test(start_paused = true)]
async fn a_silent_guest_is_given_up() {
    let (link, _liar) = liar();
    let refused = Connection::open(link, &TaskTracker::new()).await;
    assert!(matches!(refused, Err(LinkError::Silent)));
}

#[tokio::test]
async fn what_breaks_a_rule_ends_the_link() {
    let flood = usize::try_from(WINDOW - FRAME_COST).unwrap() / guest::MAX_CHUNK + 1;
    let stdout = |program, size| GuestFrame::Stdout { program, bytes: Payload(vec![0; size]) };
    let lies: Vec<Box<dyn Fn(ProgramId) -> Vec<GuestFrame>>> = vec![
        Box::new(|_| vec![GuestFrame::Hello { version: VERSION, nonce: [0; 16] }]),
        Box::new(|_| vec![GuestFrame::Error { message: "\u{1b}[31m".to_owned() }]),
        Box::new(move |program| vec![stdout(program, guest::MAX_CHUNK); flood]),
        Box::new(move |program| vec![stdout(program, 0); (WINDOW / FRAME_COST) as usize + 1]),
        Box::new(|program| vec![GuestFrame::Started { program, pid: 2 }]),
        Box::new(|program| {
            vec![GuestFrame::StartFailed { program, errno: 1, step: StartStep::Fork }]
        }),
        Box::new(|program| vec![GuestFrame::Truncated { program }; 2]),
        Box::new(move |program| vec![GuestFrame::Truncated { program }, stdout(program, 1)]),
        Box::new(|program| vec![GuestFrame::StdinGrant { program, bytes: 1 }]),
    ];
    for lie in lies {
        let (connection, mut liar, mut process, program) = started().await;
        for frame in lie(program) {
            liar.say(frame).await;
        }
        connection.closed().await;
        let mut last = None;
        while let Some(event) = process.next().await {
            last = Some(event);
        }
        assert_eq!(last, Some(ProcessEvent::Lost), "{:?}", lie(program)[0]);
    }
}

#[tokio::test]
async fn replies_that_fit_no_request_end_the_link() {
    let (connection, mut liar) = acquainted().await;
    let path: SandboxPath = "a".parse().unwrap();
    let (read, ()) = tokio::join!(connection.read_file(&path, 10), async {
        let HostFrame::ReadFile { request, .. } = liar.hear().await else { panic!() };
        liar.say(GuestFrame::FileChunk { request, bytes: Payload(vec![0; 11]) }).await;
    });
    assert!(matches!(read, Err(SandboxError::Gone)));
    connection.closed().await;
}

#[tokio::test]
async fn a_stream_that_breaks_a_rule_ends_the_link() {
    use guest::{
        ListenerId, ListeningPort, MAX_ACCEPTED, MAX_DATAGRAM, MAX_PORTS, NetworkReport,
        STREAM_WINDOW, StreamId,
    };
    let listener = ListenerId(1);
    let accepted = |stream| NetworkReport::Accepted { stream: StreamId(stream), listener };
    let bytes = |size| NetworkReport::Bytes { stream: StreamId(1), bytes: Payload(vec![0; size]) };
    let eof = NetworkReport::Eof { stream: StreamId(1) };
    let most = (STREAM_WINDOW - FRAME_COST) as usize;
    let port = ListeningPort { port: 1, address: [0; 4].into() };
    let too_many = (0..=MAX_ACCEPTED as u64).map(|it| accepted(2 * it + 1)).collect();
    let peer = "127.0.0.1:5353".parse().unwrap();
    let long = Payload(vec![0; MAX_DATAGRAM + 1]);
    let lies: Vec<Vec<NetworkReport>> = vec![
        vec![accepted(2)],
        vec![accepted(1), accepted(1)],
        vec![accepted(3), accepted(1)],
        too_many,
        vec![accepted(1), bytes(most + 1)],
        vec![accepted(1), bytes(most), bytes(0)],
        vec![accepted(1), eof.clone(), bytes(1)],
        vec![accepted(1), eof.clone(), eof.clone()],
        vec![accepted(1), NetworkReport::Grant { stream: StreamId(1), bytes: 1 }],
        vec![accepted(1), NetworkReport::Dialled { stream: StreamId(1) }],
        vec![NetworkReport::Datagram { listener, peer, bytes: long }],
        vec![NetworkReport::Ports { request: RequestId(1), ports: vec![port; MAX_PORTS + 1] }],
    ];
    for lie in lies {
        let (connection, mut liar) = acquainted().await;
        let _incoming = connection.shared().take_incoming().unwrap();
        let last = format!("{:?}", lie.last());
        for report in lie {
            liar.say(GuestFrame::Network(report)).await;
        }
        let closed = tokio::time::timeout(PATIENCE, connection.closed()).await;
        assert!(closed.is_ok(), "{}", last.chars().take(200).collect::<String>());
    }
}

/// Never reached unless a promise is broken.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(60);

#[tokio::test]
async fn a_stream_that_speaks_before_it_is_there_ends_the_link() {
    let (connection, mut liar) = acquainted().await;
    let (stream, ()) = tokio::join!(connection.connect(80, guest::Dialled::Everything), async {
        let HostFrame::Network(guest::NetworkOrder::Dial { stream, port: 80, .. }) =
            liar.hear().await
        else {
            panic!()
        };
        let bytes = Payload(vec![1]);
        liar.say(GuestFrame::Network(guest::NetworkReport::Bytes { stream, bytes })).await;
    });
    assert!(matches!(stream, Err(ConnectError::Gone)));
    connection.closed().await;
}

#[tokio::test]
async fn a_writer_waits_for_what_the_guest_grants() {
    use tokio::io::AsyncWriteExt;
    let (connection, mut liar) = acquainted().await;
    let (stream, id) = tokio::join!(connection.connect(80, guest::Dialled::Everything), async {
        let frame = liar.hear().await;
        let HostFrame::Network(guest::NetworkOrder::Dial { stream, .. }) = frame else { panic!() };
        liar.say(GuestFrame::Network(guest::NetworkReport::Dialled { stream })).await;
        stream
    });
    let mut stream = stream.unwrap();
    let all = vec![7; guest::STREAM_WINDOW as usize + 10];
    let (written, ()) = tokio::join!(stream.write_all(&all), async {
        let mut heard = 0;
        while heard < all.len() {
            let frame = liar.hear().await;
            let HostFrame::Network(guest::NetworkOrder::Bytes { bytes, .. }) = frame else {
                panic!("{frame:?}")
            };
            heard += bytes.0.len();
            if heard == guest::STREAM_WINDOW as usize {
                let grant = guest::NetworkReport::Grant { stream: id, bytes: 10 };
                liar.say(GuestFrame::Network(grant)).await;
            }
            assert!(heard <= guest::STREAM_WINDOW as usize || heard == all.len());
        }
    });
    written.unwrap();
    drop(stream);
    let reset = HostFrame::Network(guest::NetworkOrder::Reset { stream: id });
    assert_eq!(liar.hear().await, reset);
}

#[tokio::test]
async fn frames_about_strangers_are_dropped() {
    let (connection, mut liar, mut process, program) = started().await;
    let stranger = ProgramId(program.0 + 1000);
    let request = RequestId(77);
    let bytes = || Payload(vec![1]);
    liar.say(GuestFrame::Stdout { program: stranger, bytes: bytes() }).await;
    liar.say(GuestFrame::StdinGrant { program: stranger, bytes: u32::MAX }).await;
    liar.say(exited(stranger)).await;
    liar.say(GuestFrame::FileChunk { request, bytes: bytes() }).await;
    liar.say(GuestFrame::FileDone { request }).await;
    let stream = guest::StreamId(9);
    let reports = [
        guest::NetworkReport::Bytes { stream, bytes: bytes() },
        guest::NetworkReport::Grant { stream, bytes: u32::MAX },
        guest::NetworkReport::Eof { stream },
        guest::NetworkReport::Reset { stream, errno: 0 },
        guest::NetworkReport::Ports { request, ports: Vec::new() },
        guest::NetworkReport::Listening { listener: guest::ListenerId(1), errno: 0 },
    ];
    for report in reports {
        liar.say(GuestFrame::Network(report)).await;
    }
    liar.say(exited(program)).await;
    liar.say(exited(program)).await;
    liar.say(GuestFrame::Stdout { program, bytes: bytes() }).await;
    assert!(matches!(process.next().await, Some(ProcessEvent::Exit(_))));
    assert_eq!(process.next().await, None);
    drop(connection);
}

#[tokio::test]
async fn a_dropped_process_is_killed_and_one_that_ended_is_not() {
    let (connection, mut liar, process, program) = started().await;
    drop(process);
    assert_eq!(liar.hear().await, HostFrame::Kill { program });
    let (mut process, program) = tokio::join!(connection.run(Program::new(["y"])), async {
        let HostFrame::Start(start) = liar.hear().await else { panic!() };
        liar.say(GuestFrame::Started { program: start.program, pid: 3 }).await;
        liar.say(exited(start.program)).await;
        start.program
    });
    let process = process.as_mut().unwrap();
    assert!(matches!(process.next().await, Some(ProcessEvent::Exit(_))));
    process.handle().kill().await.unwrap();
    assert_eq!(liar.hear().await, HostFrame::Kill { program });
}

#[tokio::test]
async fn a_start_that_nobody_waits_for_is_killed_after_it_was_sent() {
    let (connection, mut liar) = acquainted().await;
    {
        let run = connection.run(Program::new(["x"]));
        tokio::pin!(run);
        // Polled once, it has sent its start and waits for the answer.
        tokio::select! { biased; _ = &mut run => panic!(), () = std::future::ready(()) => {} }
    }
    let HostFrame::Start(start) = liar.hear().await else { panic!() };
    assert_eq!(liar.hear().await, HostFrame::Kill { program: start.program });
    liar.say(GuestFrame::Started { program: start.program, pid: 2 }).await;
    liar.say(exited(start.program)).await;
    drop(connection);
}

#[tokio::test]
async fn a_read_that_nobody_waits_for_is_cancelled() {
    let (connection, mut liar) = acquainted().await;
    let path: SandboxPath = "a".parse().unwrap();
    {
        let read = connection.read_file(&path, 10);
        tokio::pin!(read);
        tokio::select! { biased; _ = &mut read => panic!(), () = std::future::ready(()) => {} }
    }
    let HostFrame::ReadFile { request, .. } = liar.hear().await else { panic!() };
    assert_eq!(liar.hear().await, HostFrame::Cancel { request });
}

#[tokio::test]
async fn a_waiting_writer_learns_that_its_program_ended() {
    let (connection, mut liar) = acquainted().await;
    let program = Program { stdin: Stdin::Pipe, ..Program::new(["x"]) };
    let (process, id) = tokio::join!(connection.run(program), async {
        let HostFrame::Start(start) = liar.hear().await else { panic!() };
        liar.say(GuestFrame::Started { program: start.program, pid: 3 }).await;
        start.program
    });
    let handle = process.as_ref().unwrap().handle();
    let too_much = Bytes::from(vec![0; 2 * guest::STDIN_WINDOW as usize]);
    let (written, ()) = tokio::join!(handle.write_stdin(too_much), async {
        for _ in 0..guest::STDIN_WINDOW as usize / guest::MAX_CHUNK {
            assert!(matches!(liar.hear().await, HostFrame::Stdin { .. }));
        }
        liar.say(exited(id)).await;
    });
    assert!(matches!(written, Err(SandboxError::StdinClosed)));
}

#[tokio::test]
async fn more_of_a_file_than_was_granted_ends_the_link() {
    let (connection, mut liar) = acquainted().await;
    let path: SandboxPath = "a".parse().unwrap();
    let (stream, ()) = tokio::join!(connection.stream_file(&path, u64::MAX), async {
        let HostFrame::StreamFile { request, window, .. } = liar.hear().await else { panic!() };
        let chunks = window as usize / (guest::MAX_CHUNK + FRAME_COST as usize) + 1;
        for _ in 0..chunks {
            let bytes = Payload(vec![0; guest::MAX_CHUNK]);
            liar.say(GuestFrame::FileChunk { request, bytes }).await;
        }
    });
    let mut stream = stream.unwrap();
    connection.closed().await;
    let mut last = None;
    while let Some(chunk) = stream.next().await {
        last = Some(chunk);
    }
    assert!(matches!(last, Some(Err(SandboxError::Gone))));
}

#[tokio::test]
async fn a_tree_that_could_harm_whoever_unpacks_it_is_not_passed_on() {
    use guest::tar::{END, Entry, EntryKind, Modified};
    let entry = |name: &str, kind| Entry {
        name: name.into(),
        kind,
        mode: 0o644,
        modified: Modified::default(),
        size: 0,
    };
    let link = || EntryKind::Symlink { target: b"/etc".to_vec() };
    let trees = [
        vec![entry("/etc/passwd", EntryKind::File)],
        vec![entry("../x", EntryKind::File)],
        vec![entry("l", link()), entry("l/passwd", EntryKind::File)],
        vec![entry("l", link()), entry("./l", EntryKind::File)],
        vec![entry("h", EntryKind::HardLink { target: b"/etc/shadow".to_vec() })],
        vec![entry("d", EntryKind::Special)],
    ];
    for tree in trees {
        let mut bytes = Vec::new();
        tree.iter().for_each(|it| it.write(&mut bytes));
        bytes.extend(END);
        let refused = read_lie(Payload(bytes)).await;
        assert!(matches!(refused, Err(SandboxError::OddTree { .. })), "{tree:?}: {refused:?}");
    }
    let cut = read_lie(Payload(END[..512].to_vec())).await;
    assert!(cut.is_ok(), "{cut:?}");
    let cut = read_lie(Payload(vec![b'x'; 100])).await;
    assert!(matches!(cut, Err(SandboxError::OddTree { .. })), "{cut:?}");
}

/// What becomes of a tree that a guest makes up.
async fn read_lie(bytes: Payload) -> Result<(), SandboxError> {
    let (connection, mut liar) = acquainted().await;
    let path = SandboxPath::root();
    let (stream, ()) = tokio::join!(connection.read_tree(&path, 100_000), async {
        let HostFrame::ReadTree { request, .. } = liar.hear().await else { panic!() };
        liar.say(GuestFrame::FileChunk { request, bytes }).await;
        liar.say(GuestFrame::FileDone { request }).await;
    });
    let mut stream = stream?;
    while let Some(chunk) = stream.next().await {
        chunk?;
    }
    Ok(())
}

#[tokio::test]
async fn an_upload_that_fails_is_cancelled_in_the_sandbox() {
    let (connection, mut liar) = acquainted().await;
    let path: SandboxPath = "a".parse().unwrap();
    let source = broken_source();
    let (written, ()) = tokio::join!(connection.write_tree(&path, source), async {
        let HostFrame::WriteTree { request, .. } = liar.hear().await else { panic!() };
        assert!(matches!(liar.hear().await, HostFrame::WriteMore { last: false, .. }));
        assert_eq!(liar.hear().await, HostFrame::Cancel { request });
    });
    assert!(matches!(written, Err(SandboxError::Source(_))));
}

/// Some bytes, and then an error.
fn broken_source() -> impl AsyncRead + Send + Unpin {
    struct Broken;
    impl AsyncRead for Broken {
        fn poll_read(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
            _: &mut tokio::io::ReadBuf<'_>,
        ) -> std::task::Poll<io::Result<()>> {
            std::task::Poll::Ready(Err(io::Error::from(io::ErrorKind::ConnectionReset)))
        }
    }
    (&[0_u8; 10][..]).chain(Broken)
}

#[tokio::test]
async fn a_stream_that_nobody_reads_is_cancelled() {
    let (connection, mut liar) = acquainted().await;
    let path: SandboxPath = "a".parse().unwrap();
    let (stream, request) = tokio::join!(connection.stream_file(&path, 10), async {
        let HostFrame::StreamFile { request, .. } = liar.hear().await else { panic!() };
        liar.say(GuestFrame::FileChunk { request, bytes: Payload(vec![1]) }).await;
        request
    });
    drop(stream.unwrap());
    assert_eq!(liar.hear().await, HostFrame::Cancel { request });
}
