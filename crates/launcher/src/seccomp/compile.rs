//! The table as a program for the kernel's packet filter.
//!
//! A search tree over ranges of numbers, not a chain of comparisons: when a filter is installed,
//! the kernel walks it once for each number there is, to remember which calls need no filter at
//! all. A chain of 300 costs a hundred thousand steps there, at each start of a sandbox.

use libc::sock_filter;

use super::{Arguments, Call, Check, Files, Group, Verdict};

#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xc000_003e;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xc000_00b7;

/// `__X32_SYSCALL_BIT`: x32 calls carry the architecture of ordinary ones.
const X32: u32 = 0x4000_0000;

/// Of `struct seccomp_data`, in bytes: number, architecture, instruction pointer, arguments.
const NUMBER: u32 = 0;
const ARCHITECTURE_OF_CALL: u32 = 4;
const ARGUMENTS: u32 = 16;

const LOAD: u16 = (libc::BPF_LD | libc::BPF_W | libc::BPF_ABS) as u16;
const AND: u16 = (libc::BPF_ALU | libc::BPF_AND | libc::BPF_K) as u16;
const JUMP: u16 = (libc::BPF_JMP | libc::BPF_JA) as u16;
const IF_EQUAL: u16 = (libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K) as u16;
const IF_AT_LEAST: u16 = (libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K) as u16;
const RETURN: u16 = (libc::BPF_RET | libc::BPF_K) as u16;

const ABSENT: u32 = answer(libc::ENOSYS);
const REFUSED: u32 = answer(libc::EPERM);

const fn answer(errno: i32) -> u32 {
    libc::SECCOMP_RET_ERRNO | errno.cast_unsigned()
}

/// From this number on, up to the next range.
#[derive(Clone, Copy, Debug)]
struct Range {
    first: u32,
    verdict: Treatment,
}

#[derive(Clone, Copy, Debug)]
enum Treatment {
    Plain(u32),
    ByArguments(Arguments),
}

pub(super) fn program(groups: &[Group], files: Files) -> Vec<sock_filter> {
    let mut program = vec![
        instruction(LOAD, ARCHITECTURE_OF_CALL),
        branch(IF_EQUAL, ARCHITECTURE, 1, 0),
        instruction(RETURN, libc::SECCOMP_RET_KILL_PROCESS),
        instruction(LOAD, NUMBER),
    ];
    program.append(&mut search(&ranges(groups, files)));
    program
}

fn ranges(groups: &[Group], files: Files) -> Vec<Range> {
    let treated = |group: &Group, call| (number(call), treat(group.treatment(call, files)));
    let mut calls: Vec<(u32, Treatment)> = groups
        .iter()
        .flat_map(|group| group.calls.iter().map(move |call| treated(group, call)))
        .collect();
    calls.sort_unstable_by_key(|it| it.0);
    let mut ranges = vec![Range { first: 0, verdict: Treatment::Plain(ABSENT) }];
    let mut push = |first, verdict| match (ranges.last(), verdict) {
        (Some(Range { verdict: Treatment::Plain(last), .. }), Treatment::Plain(this))
            if *last == this => {}
        (Some(last), _) if last.first == first => {
            ranges.pop();
            ranges.push(Range { first, verdict });
        }
        _ => ranges.push(Range { first, verdict }),
    };
    let mut next = 0;
    for (number, verdict) in calls {
        if next < number {
            push(next, Treatment::Plain(ABSENT));
        }
        push(number, verdict);
        next = number + 1;
    }
    push(next, Treatment::Plain(ABSENT));
    if cfg!(target_arch = "x86_64") {
        push(X32, Treatment::Plain(libc::SECCOMP_RET_KILL_PROCESS));
    }
    ranges
}

fn number(call: &Call) -> u32 {
    u32::try_from(call.number).expect("numbers of system calls are small")
}

fn treat(treatment: (Verdict, Arguments)) -> Treatment {
    match treatment {
        (Verdict::Allow, Arguments::Any) => Treatment::Plain(libc::SECCOMP_RET_ALLOW),
        (Verdict::Allow, arguments) => Treatment::ByArguments(arguments),
        (Verdict::Refuse, _) => Treatment::Plain(REFUSED),
        (Verdict::Absent, _) => Treatment::Plain(ABSENT),
        (Verdict::Pretend, _) => Treatment::Plain(answer(0)),
    }
}

fn search(ranges: &[Range]) -> Vec<sock_filter> {
    if let [only] = ranges {
        return match only.verdict {
            Treatment::Plain(verdict) => vec![instruction(RETURN, verdict)],
            Treatment::ByArguments(arguments) => look_at(arguments),
        };
    }
    let (low, high) = ranges.split_at(ranges.len() / 2);
    let mut below = search(low);
    let mut program = match u8::try_from(below.len()) {
        Ok(length) => vec![branch(IF_AT_LEAST, high[0].first, length, 0)],
        // A conditional jump reaches 255 instructions only.
        Err(_) => {
            vec![branch(IF_AT_LEAST, high[0].first, 0, 1), instruction(JUMP, distance(below.len()))]
        }
    };
    program.append(&mut below);
    program.append(&mut search(high));
    program
}

fn look_at(arguments: Arguments) -> Vec<sock_filter> {
    let allowed = instruction(RETURN, libc::SECCOMP_RET_ALLOW);
    let refused = instruction(RETURN, REFUSED);
    let mut program = Vec::new();
    match arguments {
        Arguments::Any => program.push(allowed),
        Arguments::NoneOf(_, argument, values) => {
            program.push(instruction(LOAD, low_word(argument)));
            for value in values {
                program.extend([branch(IF_EQUAL, *value, 0, 1), refused]);
            }
            program.push(allowed);
        }
        Arguments::OneOf(_, alternatives) => {
            for checks in alternatives {
                let mut alternative = vec![allowed];
                for check in checks.iter().rev() {
                    alternative = [require(check, alternative.len()), alternative].concat();
                }
                program.append(&mut alternative);
            }
            program.push(refused);
        }
    }
    program
}

/// Goes on if the check holds, else skips this many instructions more.
fn require(check: &Check, skipped: usize) -> Vec<sock_filter> {
    // Both architectures are little-endian.
    let low = low_word(check.argument);
    let [mask, value] = [check.mask, check.value].map(|it| it as u32);
    let mut program = compare(low, mask, value, skipped);
    let [mask, value] = [check.mask, check.value].map(|it| (it >> 32) as u32);
    if mask != 0 {
        program = [compare(low + 4, mask, value, skipped + program.len()), program].concat();
    }
    program
}

fn compare(offset: u32, mask: u32, value: u32, skipped: usize) -> Vec<sock_filter> {
    let otherwise = u8::try_from(skipped).expect("an alternative is short");
    let mut program = vec![instruction(LOAD, offset)];
    if mask != u32::MAX {
        program.push(instruction(AND, mask));
    }
    program.push(branch(IF_EQUAL, value, 0, otherwise));
    program
}

fn low_word(argument: u8) -> u32 {
    ARGUMENTS + 8 * u32::from(argument)
}

fn distance(length: usize) -> u32 {
    u32::try_from(length).expect("a program has at most 4096 instructions")
}

fn instruction(code: u16, k: u32) -> sock_filter {
    branch(code, k, 0, 0)
}

fn branch(code: u16, k: u32, jt: u8, jf: u8) -> sock_filter {
    sock_filter { code, jt, jf, k }
}
