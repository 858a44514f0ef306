use std::time::Duration;

use bytes::Bytes;

use super::*;
use crate::{
    Connection, Exit, ExitStatus, FileKind, OnExcess, Process, ProcessEvent, Program, SandboxError,
    SandboxPath, Stdin, TerminalSize,
};

struct Play {
    connection: Connection,
    // Dropping it would end the sandbox.
    guard: Box<dyn Guard>,
}

async fn play(backend: &Scripted) -> Play {
    let Started { link, guard, .. } = backend.start(Spec::default()).await.unwrap();
    let connection = Connection::open(link, &TaskTracker::new()).await.unwrap();
    Play { connection, guard }
}

async fn run(script: Script, program: Program) -> (String, String, Exit) {
    let backend = Scripted::new().on("word", script);
    let play = play(&backend).await;
    all(&mut play.connection.run(program).await.unwrap()).await
}

async fn all(process: &mut Process) -> (String, String, Exit) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    loop {
        match process.next().await.unwrap() {
            ProcessEvent::Stdout(bytes) => stdout.extend_from_slice(&bytes),
            ProcessEvent::Stderr(bytes) => stderr.extend_from_slice(&bytes),
            ProcessEvent::Said(..) => {}
            ProcessEvent::Truncated => stderr.extend_from_slice(b"[truncated]"),
            ProcessEvent::Exit(exit) => {
                assert_eq!(process.next().await, None);
                let text = |it| String::from_utf8(it).unwrap();
                return (text(stdout), text(stderr), exit);
            }
            ProcessEvent::Lost => panic!("lost"),
        }
    }
}

fn program() -> Program {
    Program::new(["the word"])
}

#[tokio::test]
async fn output_comes_before_the_exit() {
    let script = Script::new().stdout("one ").stderr("two").stdout("three").exit(3);
    let (stdout, stderr, exit) = run(script, program()).await;
    assert_eq!((stdout.as_str(), stderr.as_str()), ("one three", "two"));
    assert_eq!(exit.status, ExitStatus::Code(3));
}

#[tokio::test]
async fn a_program_without_a_rule_is_not_found() {
    let backend = Scripted::new();
    let play = play(&backend).await;
    let error = play.connection.run(program()).await.unwrap_err();
    let SandboxError::NotStarted { program, source, .. } = error else { panic!("{error}") };
    assert_eq!((program.as_str(), source.kind()), ("the word", io::ErrorKind::NotFound));
    assert_eq!(backend.started().len(), 1);
}

#[tokio::test]
async fn arguments_that_fit_into_no_frame_are_refused() {
    let backend = Scripted::new().on("word", Script::new());
    let play = play(&backend).await;
    let large = Program::new(["word".to_owned(), "x".repeat(300_000)]);
    let error = play.connection.run(large).await.unwrap_err();
    assert!(matches!(error, SandboxError::ProgramTooLarge { length, .. } if length > 300_000));
    let (_, _, exit) = all(&mut play.connection.run(program()).await.unwrap()).await;
    assert_eq!(exit.status, ExitStatus::Code(0));
}

#[tokio::test]
async fn more_output_than_the_window_flows_as_it_is_read() {
    let script = Script::new().stdout(vec![b'x'; 5 << 20]);
    let (stdout, _, _) = run(script, program()).await;
    assert_eq!(stdout.len(), 5 << 20);
}

#[tokio::test]
async fn one_process_that_is_not_read_does_not_block_another() {
    let backend = Scripted::new()
        .on("flood", Script::new().stdout(vec![b'x'; 5 << 20]))
        .on("word", Script::new().stdout(vec![b'y'; 3 << 20]));
    let play = play(&backend).await;
    let mut flood = play.connection.run(Program::new(["flood"])).await.unwrap();
    let (stdout, _, _) = all(&mut play.connection.run(program()).await.unwrap()).await;
    assert_eq!(stdout.len(), 3 << 20);
    let (stdout, _, _) = all(&mut flood).await;
    assert_eq!(stdout.len(), 5 << 20);
}

#[tokio::test]
async fn limits_hold_for_scripts_too() {
    let limited = |on_excess| Program { output_limit: 4, on_excess, ..program() };
    let script = Script::new().stdout("123456").exit(2);
    let (stdout, stderr, exit) = run(script.clone(), limited(OnExcess::Drop)).await;
    assert_eq!((stdout.as_str(), stderr.as_str()), ("1234", "[truncated]"));
    assert_eq!(exit.status, ExitStatus::Code(2));
    let (_, _, exit) = run(script, limited(OnExcess::Kill)).await;
    assert_eq!(exit.status, ExitStatus::Signal(9));
}

#[tokio::test(start_paused = true)]
async fn the_time_limit_ends_a_hanging_script() {
    let timeout = Some(Duration::from_secs(30));
    let hang = Program { timeout, ..program() };
    let (_, _, exit) = run(Script::new().hang(), hang.clone()).await;
    assert!(exit.timed_out);
    let (stdout, _, exit) =
        run(Script::new().sleep(Duration::from_secs(29)).stdout("x"), hang).await;
    assert_eq!((stdout.as_str(), exit.timed_out), ("x", false));
}

#[tokio::test]
async fn input_reaches_the_script_until_its_end() {
    let backend = Scripted::new().on("word", Script::new().read_line().echo());
    let play = play(&backend).await;
    let program = Program { stdin: Stdin::Pipe, ..program() };
    let mut process = play.connection.run(program).await.unwrap();
    let handle = process.handle();
    let large = Bytes::from(vec![b'x'; 2 << 20]);
    let write = async {
        handle.write_stdin(Bytes::from_static(b"first line\n")).await.unwrap();
        handle.write_stdin(large.clone()).await.unwrap();
        handle.close_stdin().await.unwrap();
    };
    let ((), (stdout, _, _)) = tokio::join!(write, all(&mut process));
    assert_eq!(stdout.len(), 2 << 20);
    let late = handle.write_stdin(Bytes::from_static(b"late")).await;
    assert!(matches!(late, Err(SandboxError::StdinClosed)));
}

#[tokio::test]
async fn a_program_without_input_takes_none() {
    let backend = Scripted::new().on("word", Script::new().hang());
    let play = play(&backend).await;
    let process = play.connection.run(program()).await.unwrap();
    let refused = process.handle().write_stdin(Bytes::from_static(b"x")).await;
    assert!(matches!(refused, Err(SandboxError::StdinClosed)));
}

#[tokio::test]
async fn signals_and_kills_end_a_script() {
    let backend = Scripted::new().on("word", Script::new().hang());
    let play = play(&backend).await;
    let mut process = play.connection.run(program()).await.unwrap();
    let handle = process.handle();
    handle.resize(TerminalSize { rows: 1, columns: 1 }).await.unwrap();
    handle.signal(15).await.unwrap();
    assert_eq!(all(&mut process).await.2.status, ExitStatus::Signal(15));
    let mut process = play.connection.run(program()).await.unwrap();
    process.handle().kill().await.unwrap();
    assert_eq!(all(&mut process).await.2.status, ExitStatus::Signal(9));
}

#[tokio::test]
async fn a_vanished_sandbox_loses_its_programs() {
    let backend = Scripted::new()
        .on("hang", Script::new().hang())
        .on("word", Script::new().stdout("x").vanish());
    let mut play = play(&backend).await;
    let mut hanging = play.connection.run(Program::new(["hang"])).await.unwrap();
    let mut process = play.connection.run(program()).await.unwrap();
    assert_eq!(process.next().await, Some(ProcessEvent::Stdout(Bytes::from_static(b"x"))));
    for process in [&mut process, &mut hanging] {
        assert_eq!(process.next().await, Some(ProcessEvent::Lost));
        assert_eq!(process.next().await, None);
    }
    play.connection.closed().await;
    play.guard.ended().await;
    assert_eq!(backend.live(), 0);
    assert!(matches!(play.connection.run(program()).await, Err(SandboxError::Gone)));
    let path = "a".parse().unwrap();
    assert!(matches!(play.connection.read_file(&path, 1).await, Err(SandboxError::Gone)));
}

#[tokio::test]
async fn dropping_the_connection_ends_the_sandbox() {
    let backend = Scripted::new().on("word", Script::new().hang());
    let mut play = play(&backend).await;
    let mut process = play.connection.run(program()).await.unwrap();
    drop(play.connection);
    assert_eq!(process.next().await, Some(ProcessEvent::Lost));
    play.guard.ended().await;
    assert_eq!(backend.live(), 0);
}

#[tokio::test]
async fn dropping_the_guard_ends_the_sandbox() {
    let backend = Scripted::new();
    let Play { connection, guard } = play(&backend).await;
    drop(guard);
    connection.closed().await;
    assert_eq!(backend.live(), 0);
}

#[tokio::test]
async fn a_refused_start_says_why() {
    let backend = Scripted::new();
    backend.refuse(io::ErrorKind::PermissionDenied);
    assert!(backend.start(Spec::default()).await.is_err());
    backend.accept();
    assert!(backend.start(Spec::default()).await.is_ok());
}

#[tokio::test]
async fn files_are_written_read_listed_and_removed() {
    let backend = Scripted::new();
    let play = play(&backend).await;
    let path: SandboxPath = "a/b".parse().unwrap();
    let content: Vec<u8> = (0..200_000_u32).flat_map(u32::to_le_bytes).collect();
    play.connection.write_file(&path, &content, 0o755).await.unwrap();
    let limit = content.len() as u64;
    assert!(play.connection.read_file(&path, limit).await.unwrap() == content);
    let error = play.connection.read_file(&path, limit - 1).await.unwrap_err();
    assert!(
        matches!(error, SandboxError::File { source, .. } if source.kind() == io::ErrorKind::FileTooLarge)
    );
    let entries = play.connection.list_files(&SandboxPath::root()).await.unwrap();
    assert_eq!((entries[0].name.as_str(), entries[0].kind), ("a", FileKind::Directory));
    let entries = play.connection.list_files(&"a".parse().unwrap()).await.unwrap();
    assert_eq!((entries[0].name.as_str(), entries[0].size, entries[0].mode), ("b", limit, 0o755));
    play.connection.remove_file(&path).await.unwrap();
    assert!(play.connection.list_files(&SandboxPath::root()).await.unwrap().is_empty());
    play.connection.write_file(&"empty".parse().unwrap(), b"", 0o644).await.unwrap();
    assert_eq!(play.connection.read_file(&"empty".parse().unwrap(), 0).await.unwrap(), b"");
}

#[tokio::test]
async fn trees_travel_between_sandboxes() {
    let play_of = async || play(&Scripted::new()).await;
    let (one, other) = (play_of().await, play_of().await);
    let path = |it: &str| it.parse::<SandboxPath>().unwrap();
    let big = vec![7; 3_000_000];
    one.connection.write_file_from(&path("d/big"), &big[..], 0o755).await.unwrap();
    one.connection.write_file(&path("e"), b"e", 0o644).await.unwrap();
    let mut tree = one.connection.read_tree(&SandboxPath::root(), u64::MAX).await.unwrap();
    other.connection.copy_tree(&path("copy"), &mut tree).await.unwrap();
    assert_eq!(other.connection.read_file(&path("copy/d/big"), 1 << 30).await.unwrap(), big);
    other.connection.rename(&path("copy/e"), &path("moved")).await.unwrap();
    other.connection.remove_tree(&path("copy")).await.unwrap();
    let left = other.connection.list_files(&SandboxPath::root()).await.unwrap();
    assert_eq!(left.len(), 1);
    let link = other.connection.make_directory(&path("x")).await;
    assert!(matches!(link, Err(SandboxError::File { .. })));
}

#[tokio::test]
async fn nobody_listens_on_a_network_that_the_backend_did_not_make() {
    let rules = vec!["pypi.org".parse().unwrap()];
    let spec = Spec { network: crate::Network::Allow(rules), ..Spec::default() };
    let sandbox = crate::Sandbox::start(&Scripted::new(), spec).await.unwrap();
    assert_eq!(sandbox.isolation().network, crate::Network::None);
    assert!(sandbox.network_events().is_none());
}
