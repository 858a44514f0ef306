use std::{collections::BTreeMap, fs, path::Path};

use libc::{EPERM, SECCOMP_RET_ALLOW, SECCOMP_RET_ERRNO, SECCOMP_RET_KILL_PROCESS, c_long};
use proptest::prelude::*;

use super::*;

const NATIVE: u32 = if cfg!(target_arch = "x86_64") { 0xc000_003e } else { 0xc000_00b7 };
const REFUSED: u32 = SECCOMP_RET_ERRNO | EPERM.cast_unsigned();
const ABSENT: u32 = SECCOMP_RET_ERRNO | libc::ENOSYS.cast_unsigned();

/// What the kernel would do: the few instructions we use, carried out.
fn verdict(program: &[sock_filter], architecture: u32, number: c_long, arguments: [u64; 6]) -> u32 {
    let mut data = vec![u32::try_from(number).unwrap(), architecture, 0, 0];
    data.extend(arguments.iter().flat_map(|it| [*it as u32, (*it >> 32) as u32]));
    let (mut position, mut accumulator) = (0, 0);
    loop {
        let sock_filter { code, jt, jf, k } = program[position];
        position += 1;
        let jump = |holds: bool| usize::from(if holds { jt } else { jf });
        match u32::from(code) {
            0x20 => accumulator = data[k as usize / 4],
            0x54 => accumulator &= k,
            0x05 => position += k as usize,
            0x15 => position += jump(accumulator == k),
            0x35 => position += jump(accumulator >= k),
            0x06 => return k,
            other => panic!("instruction {other:#x} is not ours"),
        }
    }
}

fn of(number: c_long, arguments: [u64; 6]) -> u32 {
    verdict(&program(Files::Own), NATIVE, number, arguments)
}

fn first(arguments: &[u64]) -> [u64; 6] {
    std::array::from_fn(|it| arguments.get(it).copied().unwrap_or_default())
}

#[test]
fn the_filter_fits_into_what_the_kernel_takes() {
    for files in [Files::Own, Files::Shared] {
        let length = program(files).len();
        assert!(length < 4096, "{length} instructions; BPF_MAXINSNS is 4096");
    }
}

#[test]
fn no_call_is_in_two_groups() {
    let mut seen = BTreeMap::new();
    for group in GROUPS {
        for call in group.calls {
            let before = seen.insert(call.number, group.title);
            assert_eq!(before, None, "{} is in {} too", call.name, group.title);
        }
    }
}

#[test]
fn each_call_of_the_table_gets_the_verdict_of_its_group_and_all_others_are_absent() {
    let by_number: BTreeMap<_, _> = GROUPS
        .iter()
        .flat_map(|group| group.calls.iter().map(|call| (call.number, (group.verdict, call))))
        .collect();
    let program = program(Files::Own);
    for number in 0..1024 {
        let got = verdict(&program, NATIVE, number, [0; 6]);
        let expected = match by_number.get(&number) {
            None | Some((Verdict::Absent, _)) => ABSENT,
            Some((Verdict::Refuse, _)) => REFUSED,
            Some((Verdict::Pretend, _)) => SECCOMP_RET_ERRNO,
            Some((Verdict::Allow, Call { arguments: Arguments::Any, .. })) => SECCOMP_RET_ALLOW,
            // What these say to certain arguments is tested below.
            Some((Verdict::Allow, _)) => continue,
        };
        assert_eq!(got, expected, "call {number}");
    }
}

#[test]
fn where_the_host_is_written_no_call_marks_a_file_to_run_as_its_owner() {
    let shared = program(Files::Shared);
    let (suid, create) = (0o4755, u64::from(libc::O_CREAT.cast_unsigned()));
    let nameless = u64::from(libc::O_TMPFILE.cast_unsigned());
    let junk = 1 << 32;
    for (call, arguments, expected) in [
        (libc::SYS_fchmod, vec![3, 0o755], SECCOMP_RET_ALLOW),
        (libc::SYS_fchmod, vec![3, 0o1777], SECCOMP_RET_ALLOW),
        (libc::SYS_fchmod, vec![3, suid], REFUSED),
        (libc::SYS_fchmod, vec![3, suid | junk], REFUSED),
        (libc::SYS_fchmodat, vec![3, 0, 0o2755], REFUSED),
        (452, vec![3, 0, suid], REFUSED),
        (libc::SYS_openat, vec![3, 0, 0, suid], SECCOMP_RET_ALLOW),
        (libc::SYS_openat, vec![3, 0, create, 0o666], SECCOMP_RET_ALLOW),
        (libc::SYS_openat, vec![3, 0, create, suid], REFUSED),
        (libc::SYS_openat, vec![3, 0, nameless | 1, suid], REFUSED),
        (libc::SYS_mknodat, vec![3, 0, 0o100_644], SECCOMP_RET_ALLOW),
        (libc::SYS_mknodat, vec![3, 0, 0o104_755], REFUSED),
        (libc::SYS_mknodat, vec![3, 0, 0o020_644], REFUSED),
        (libc::SYS_openat2, vec![3, 0, 0, 24], ABSENT),
    ] {
        let got = verdict(&shared, NATIVE, call, first(&arguments));
        assert_eq!(got, expected, "call {call} with {arguments:x?}");
    }
    assert_eq!(of(libc::SYS_fchmod, first(&[3, suid])), SECCOMP_RET_ALLOW);
    let known =
        |it: &Call| GROUPS.iter().any(|group| group.calls.iter().any(|by| by.number == it.number));
    assert!(SET_IDS.iter().all(known), "each takes the place of one in the table");
}

#[test]
fn calls_of_another_architecture_kill() {
    let program = program(Files::Own);
    for architecture in [0x4000_0003, 0x4000_0028, 0] {
        let got = verdict(&program, architecture, libc::SYS_read, [0; 6]);
        assert_eq!(got, SECCOMP_RET_KILL_PROCESS, "{architecture:#x}");
    }
    if cfg!(target_arch = "x86_64") {
        assert_eq!(of(0x4000_0000, [0; 6]), SECCOMP_RET_KILL_PROCESS);
        assert_eq!(of(0x4000_0000 | libc::SYS_getpid, [0; 6]), SECCOMP_RET_KILL_PROCESS);
    }
}

#[test]
fn arguments_decide_where_a_call_can_be_either() {
    let namespace = |flag: i32| u64::from(flag.cast_unsigned());
    let [unix, inet, netlink] =
        [libc::AF_UNIX, libc::AF_INET, libc::AF_NETLINK].map(|it| it as u64);
    let (stream, raw) = (libc::SOCK_STREAM as u64, libc::SOCK_RAW as u64);
    let cloexec = libc::SOCK_CLOEXEC as u64;
    let junk = 1 << 32;
    for (call, arguments, allowed) in [
        (libc::SYS_clone, vec![17], true),
        (libc::SYS_clone, vec![namespace(libc::CLONE_NEWUSER) | 17], false),
        (libc::SYS_clone, vec![namespace(libc::CLONE_NEWNET | libc::CLONE_VM)], false),
        (libc::SYS_socket, vec![unix, 5, 0], true),
        (libc::SYS_socket, vec![inet, stream | cloexec, 6], true),
        (libc::SYS_socket, vec![inet | junk, stream | junk, junk], true),
        (libc::SYS_socket, vec![inet, raw, 0], false),
        (libc::SYS_socket, vec![inet, raw | cloexec, 1], false),
        (libc::SYS_socket, vec![inet, stream, 132], false),
        (libc::SYS_socket, vec![netlink, raw | cloexec, 0], true),
        (libc::SYS_socket, vec![netlink, raw, 12], false),
        (libc::SYS_socket, vec![38, 5, 0], false),
        (libc::SYS_socketpair, vec![unix, 1, 0], true),
        (libc::SYS_socketpair, vec![30, 1, 0], false),
        (libc::SYS_ioctl, vec![0, 0x5401], true),
        (libc::SYS_ioctl, vec![0, 0x5413], true),
        (libc::SYS_ioctl, vec![0, 0x5412], false),
        (libc::SYS_ioctl, vec![0, 0x5412 | junk], false),
        (libc::SYS_ioctl, vec![0, 0x541c], false),
        (libc::SYS_ioctl, vec![0, 0x5423], false),
        (libc::SYS_sched_setaffinity, vec![0], true),
        (libc::SYS_sched_setaffinity, vec![77], true),
        (libc::SYS_sched_setaffinity, vec![1], false),
        (libc::SYS_sched_setscheduler, vec![1 | junk], false),
        (libc::SYS_setpriority, vec![0, 0, 19], true),
        (libc::SYS_setpriority, vec![0, 1, 19], false),
        (libc::SYS_setpriority, vec![2, 0, 19], false),
        (libc::SYS_ioprio_set, vec![1, 0, 0], true),
        (libc::SYS_ioprio_set, vec![3, 0, 0], false),
        (libc::SYS_personality, vec![0], true),
        (libc::SYS_personality, vec![0xffff_ffff], true),
        (libc::SYS_personality, vec![0x0004_0000], false),
        (libc::SYS_mknodat, vec![0, 0, 0o010_644], true),
        (libc::SYS_mknodat, vec![0, 0, 0o020_644], false),
        (libc::SYS_mknodat, vec![0, 0, 0o060_644], false),
    ] {
        let expected = if allowed { SECCOMP_RET_ALLOW } else { REFUSED };
        assert_eq!(of(call, first(&arguments)), expected, "call {call} of {arguments:?}");
    }
}

proptest! {
    /// The form for other engines means the same as ours.
    #[test]
    fn alternatives_mean_what_the_filter_does(
        argument in prop_oneof![any::<u64>(), 0x5400_u64..0x5430],
    ) {
        let ioctl = GROUPS
            .iter()
            .flat_map(|it| it.calls)
            .find(|it| it.number == libc::SYS_ioctl)
            .unwrap();
        let holds = |it: &Check| [0, argument][usize::from(it.argument)] & it.mask == it.value;
        let matching = ioctl.arguments.alternatives().iter().filter(|it| it.iter().all(holds)).count();
        let allowed = of(libc::SYS_ioctl, [0, argument, 0, 0, 0, 0]) == SECCOMP_RET_ALLOW;
        prop_assert_eq!(matching, usize::from(allowed), "exactly one alternative, or none");
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the usual switch to accept what was generated")]
fn the_document_says_what_the_table_says() {
    if !cfg!(target_arch = "x86_64") {
        println!("skipped: the document lists the calls of x86-64");
        return;
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/security/syscalls.md");
    let text = document::render(GROUPS);
    if std::env::var("UPDATE_EXPECT").is_ok() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert!(written == text, "UPDATE_EXPECT=1 cargo test -p launcher seccomp rewrites it");
}
