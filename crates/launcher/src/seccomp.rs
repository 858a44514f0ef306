//! The system calls that programs in a sandbox may make.
//!
//! An allow-list: what stands in [`GROUPS`] is allowed, each group for a reason; calls known from
//! escapes are refused with `EPERM`, which programs read as "not here"; any other number, also one
//! of a kernel not written yet, gets `ENOSYS`, upon which C libraries fall back to an older call.
//! Calls of another architecture (32-bit, x32) kill.
//!
//! The table is data, so that it can be compiled for the kernel ([`program`]), printed for people
//! (`docs/security/syscalls.md`) and given to a container engine in its own format.

use libc::{c_long, sock_filter};

mod compile;
#[cfg(test)]
mod document;
mod table;

pub use table::{GROUPS, SET_IDS};

/// System calls that are treated alike, for one reason.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    pub title: &'static str,
    /// A sentence for people.
    pub reason: &'static str,
    pub verdict: Verdict,
    pub calls: &'static [Call],
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The kernel carries it out; with other arguments than [`Call::arguments`], `EPERM`.
    Allow,
    /// `EPERM`.
    Refuse,
    /// `ENOSYS`, as if the kernel did not know it.
    Absent,
    /// It returns 0, and nothing happens.
    Pretend,
}

#[derive(Clone, Copy, Debug)]
pub struct Call {
    /// As the kernel's headers have it, without a prefix.
    pub name: &'static str,
    /// On the architecture this was built for.
    pub number: c_long,
    pub arguments: Arguments,
}

/// Where the files end up that programs make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files {
    /// In the sandbox, with which they go.
    Own,
    /// Some in a directory of the host, where others of its users would start what a program marked to run
    /// as its owner.
    Shared,
}

impl Group {
    /// What becomes of one of its calls, and with which arguments it is allowed.
    #[must_use]
    pub fn treatment(&self, call: &Call, files: Files) -> (Verdict, Arguments) {
        let stricter = match files {
            Files::Own => None,
            Files::Shared => SET_IDS.iter().find(|it| it.number == call.number),
        };
        match stricter {
            None => (self.verdict, call.arguments),
            // Its mode lies in memory that a filter cannot read; every caller knows kernels without it.
            Some(it) if it.number == libc::SYS_openat2 => (Verdict::Absent, Arguments::Any),
            Some(it) => (self.verdict, it.arguments),
        }
    }
}

/// With which arguments a call is allowed.
#[derive(Clone, Copy, Debug)]
pub enum Arguments {
    Any,
    /// One of these holds, and of it each check.
    OneOf(&'static str, &'static [&'static [Check]]),
    /// The low word of an argument is none of these.
    NoneOf(&'static str, u8, &'static [u32]),
}

/// Whether an argument, counted from 0, has this value where the mask has ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    pub argument: u8,
    pub mask: u64,
    pub value: u64,
}

/// What the kernel reads of an `int`: comparing more would refuse, or let through, junk above it.
const WORD: u64 = 0xffff_ffff;

impl Check {
    const fn word(argument: u8, value: i32) -> Self {
        Self { argument, mask: WORD, value: value.cast_unsigned() as u64 }
    }

    const fn masked(argument: u8, mask: i32, value: i32) -> Self {
        let (mask, value) = (mask.cast_unsigned() as u64, value.cast_unsigned() as u64);
        Self { argument, mask, value }
    }
}

impl Arguments {
    /// In words for people, such as "for a local socket"; `None` for any.
    #[must_use]
    pub fn words(&self) -> Option<&'static str> {
        match self {
            Self::Any => None,
            Self::OneOf(words, _) | Self::NoneOf(words, ..) => Some(words),
        }
    }

    /// The same as alternatives of masked comparisons, which is all that some engines understand.
    /// Empty for any arguments.
    #[must_use]
    pub fn alternatives(&self) -> Vec<Vec<Check>> {
        match *self {
            Self::Any => Vec::new(),
            Self::OneOf(_, alternatives) => alternatives.iter().map(|it| it.to_vec()).collect(),
            Self::NoneOf(_, argument, values) => {
                let mut masks = Vec::new();
                complement(values, 0, 0, &mut masks);
                let check = |(mask, value): &(u32, u32)| {
                    vec![Check { argument, mask: u64::from(*mask), value: u64::from(*value) }]
                };
                masks.iter().map(check).collect()
            }
        }
    }
}

/// Covers every word but these values: bit by bit from the top, a branch without any of them is
/// allowed as a whole.
fn complement(values: &[u32], mask: u32, prefix: u32, found: &mut Vec<(u32, u32)>) {
    let bit = (!mask).checked_ilog2().map(|it| 1 << it);
    let Some(bit) = bit else { return };
    for prefix in [prefix, prefix | bit] {
        let mask = mask | bit;
        let inside: Vec<u32> = values.iter().copied().filter(|it| it & mask == prefix).collect();
        if inside.is_empty() {
            found.push((mask, prefix));
        } else {
            complement(&inside, mask, prefix, found);
        }
    }
}

/// The filter of a sandbox, ready to be installed.
pub(crate) fn program(files: Files) -> Vec<sock_filter> {
    compile::program(GROUPS, files)
}

#[cfg(test)]
mod tests;
