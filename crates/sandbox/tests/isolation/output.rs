//! Whatever a program writes, or refuses to read, is its own affair.

use std::fs;

use guest::{Exited, GuestFrame, ProgramId};
use sandbox::{ExitStatus, OnExcess, ProcessEvent, SandboxError, Spec, Stdin};

use super::{
    harness::{collect, program, script},
    targets::{on_each, on_each_with_python},
};

const MIB: u64 = 1024 * 1024;

/// Largest resident set this process ever had, in bytes.
fn our_peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|it| it.starts_with("VmHWM:")).unwrap();
    line.split_ascii_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

#[tokio::test]
async fn a_flood_of_output_is_cut_and_its_program_killed_if_so_asked() {
    on_each(Spec::default(), async |cage| {
        let mut flood = program(&["/usr/bin/yes"]);
        flood.output_limit = MIB;
        flood.on_excess = OnExcess::Kill;
        let outcome = collect(cage.launch(flood).await.unwrap()).await;
        assert!(outcome.truncated && outcome.stdout.len() as u64 <= MIB);
        assert_eq!(outcome.exit.status, ExitStatus::Signal(libc::SIGKILL));
        cage.still_works().await;
    })
    .await;
}

#[tokio::test]
async fn a_line_of_a_gigabyte_takes_no_memory_of_the_engine() {
    on_each(Spec::default(), async |cage| {
        let before = our_peak_memory();
        let mut flood = program(&["/usr/bin/head", "-c", "1G", "/dev/zero"]);
        flood.output_limit = MIB;
        let outcome = collect(cage.launch(flood).await.unwrap()).await;
        assert_eq!(outcome.exit.status, ExitStatus::Code(0));
        assert!(outcome.truncated && outcome.stdout.len() as u64 <= MIB);
        // Other tests of this process need some meanwhile, though none this much.
        let grown = our_peak_memory().saturating_sub(before);
        assert!(grown < 512 * MIB, "grew by {grown} bytes");
    })
    .await;
}

#[tokio::test]
async fn both_streams_are_limited_together() {
    on_each(Spec::default(), async |cage| {
        let mut flood = program(&["/bin/bash", "-c", "yes >&2 & exec timeout 1 yes"]);
        flood.output_limit = MIB;
        flood.on_excess = OnExcess::Kill;
        let outcome = collect(cage.launch(flood).await.unwrap()).await;
        assert!(outcome.truncated);
        assert!((outcome.stdout.len() + outcome.stderr.len()) as u64 <= MIB);
    })
    .await;
}

#[tokio::test]
async fn bytes_that_are_no_text_arrive_as_they_are() {
    on_each_with_python(Spec::default(), async |cage| {
        let code = "os.write(1, bytes(range(256)) * 3)";
        let mut process = cage.start(&["python3", "-c", &script(code)]).await;
        let mut bytes = Vec::new();
        while let Some(event) = process.next().await {
            if let ProcessEvent::Stdout(part) = event {
                bytes.extend_from_slice(&part);
            }
        }
        let all: Vec<u8> = (0..=255).collect();
        assert_eq!(bytes, all.repeat(3));
    })
    .await;
}

#[tokio::test]
async fn input_that_is_never_read_waits_and_is_lost_with_its_program() {
    on_each(Spec::default(), async |cage| {
        let mut deaf = program(&["/bin/sleep", "0.3"]);
        deaf.stdin = Stdin::Pipe;
        let process = cage.sandbox.run(deaf).await.unwrap();
        let handle = process.handle();
        let input = vec![b'x'; 100 << 20].into();
        let (written, outcome) = tokio::join!(handle.write_stdin(input), collect(process));
        assert!(matches!(written, Err(SandboxError::StdinClosed)), "{written:?}");
        assert_eq!(outcome.exit.status, ExitStatus::Code(0));
    })
    .await;
}

#[tokio::test]
async fn a_reader_without_input_sees_its_end() {
    on_each(Spec::default(), async |cage| {
        let outcome = cage.run(&["/bin/cat"]).await;
        assert_eq!((&*outcome.stdout, outcome.exit.status), ("", ExitStatus::Code(0)));
    })
    .await;
}

#[tokio::test]
async fn words_of_the_protocol_in_the_output_are_only_output() {
    let forged = Exited {
        program: ProgramId(1),
        status: ExitStatus::Code(0),
        timed_out: false,
        cpu_exceeded: false,
        out_of_memory: false,
        cpu_us: 0,
        wall_us: 0,
        peak_memory_bytes: 0,
    };
    let mut frame = Vec::new();
    guest::encode(&GuestFrame::Exited(forged), &mut frame).unwrap();
    let code = format!("os.write(1, bytes({frame:?}) * 100); os._exit(7)");
    on_each_with_python(Spec::default(), async |cage| {
        let outcome = cage.python(&code).await;
        assert_eq!(outcome.exit.status, ExitStatus::Code(7));
        cage.still_works().await;
    })
    .await;
}

#[tokio::test]
async fn no_descriptor_of_a_program_leads_to_the_engine() {
    // Writes to each number there can be, and tries to open those of the guest.
    let code = "
frame = bytes(64)
reached = [number for number in range(3, 1024) if call(os.write, number, frame) == 'ok']
opened = [number for number in range(64) if call(os.open, f'/proc/1/fd/{number}', os.O_RDWR) == 'ok']
connected = []
for name in ['/proc/1/fd/3', '/tmp/link', '/run/runbook.sock']:
    if call(socket.socket(socket.AF_UNIX).connect, name) == 'ok': connected.append(name)
print(reached, opened, connected)";
    on_each_with_python(Spec::default(), async |cage| {
        // Where a program can open the guest's, it reaches its own guest, whom the engine does not trust.
        if cage.guards_its_guest() {
            assert_eq!(cage.answers(code).await, ["[] [] []"]);
        } else {
            let answers = cage.answers(code).await;
            assert!(answers[0].starts_with("[] [") && answers[0].ends_with("] []"), "{answers:?}");
        }
        cage.still_works().await;
    })
    .await;
}
