//! A list of system calls that the launcher wrote, read once and carried out in each copy. What a line
//! means is said in the launcher's module `zygote::plan`.

use super::{Failed, last_errno};

/// The parts of a plan that a copy carries out.
pub(super) struct Plan {
    /// In a new network, before a copy is born into it.
    pub(super) network: Steps,
    /// As soon as it is there.
    pub(super) birth: Steps,
    /// When somebody wants it.
    pub(super) calling: Steps,
}

impl Plan {
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        let text = str::from_utf8(text).ok()?;
        let mut parts = text.split("\n\n").map(Steps::parse);
        Some(Self { network: parts.next()??, birth: parts.next()??, calling: parts.next()?? })
    }
}

pub(super) struct Steps(Vec<Step>);

struct Step {
    name: String,
    call: i64,
    kept_as: Option<char>,
    arguments: Vec<Argument>,
}

enum Argument {
    Number(i64),
    Memory(Vec<u8>),
    /// Instructions of a seccomp program.
    Filter(Vec<u8>),
    Kept(char),
    MemoryAndKept(Vec<u8>, char),
    Variable(String),
}

/// Most arguments that a system call takes.
const MOST: usize = 6;

impl Steps {
    fn parse(text: &str) -> Option<Self> {
        text.split('\n').map(Step::parse).collect::<Option<_>>().map(Self)
    }

    pub(super) fn carry_out(&mut self, variables: &Variables) -> Result<(), Failed> {
        let mut kept = Vec::new();
        for step in &mut self.0 {
            let result = step.carry_out(&kept, variables);
            if result < 0 {
                return Err(Failed { step: step.name.clone().into_bytes(), errno: last_errno() });
            }
            if let Some(name) = step.kept_as {
                kept.retain(|(other, _)| *other != name);
                kept.push((name, result));
            }
        }
        Ok(())
    }
}

impl Step {
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split('\t');
        let name = words.next()?.to_owned();
        let call = words.next()?;
        let (call, kept_as) = match call.split_once('>') {
            Some((call, name)) => (call, name.chars().next()),
            None => (call, None),
        };
        let arguments: Vec<_> = words.map(Argument::parse).collect::<Option<_>>()?;
        (arguments.len() <= MOST).then_some(Self {
            name,
            call: call.parse().ok()?,
            kept_as,
            arguments,
        })
    }

    fn carry_out(&mut self, kept: &[(char, i64)], variables: &Variables) -> i64 {
        let mut filters = [const { None }; MOST];
        let mut temporary = [const { Vec::new() }; MOST];
        let mut numbers = [0; MOST];
        let places = filters.iter_mut().zip(&mut temporary);
        for ((argument, number), (filter, memory)) in
            self.arguments.iter_mut().zip(&mut numbers).zip(places)
        {
            *number = argument.resolve(kept, variables, memory, filter);
        }
        let [a, b, c, d, e, f] = numbers;
        // SAFETY: the launcher, whose word is the law of a process that is not a guest yet, says which call
        // this is and what it reads; all memory that it is given is owned above or by the step. No call
        // of a plan writes to it, maps memory or starts a process.
        unsafe { libc::syscall(self.call, a, b, c, d, e, f) }
    }
}

impl Argument {
    fn parse(word: &str) -> Option<Self> {
        let kind = word.chars().next()?;
        let rest = &word[kind.len_utf8()..];
        Some(match kind {
            ':' => Self::Memory([rest.as_bytes(), b"\0"].concat()),
            '=' => Self::Memory(bytes(rest)?),
            '%' => Self::Filter(bytes(rest)?),
            '<' => Self::Kept(rest.chars().next()?),
            '+' => {
                let name = rest.chars().next()?;
                Self::MemoryAndKept(bytes(&rest[name.len_utf8()..])?, name)
            }
            '$' => Self::Variable(rest.to_owned()),
            _ => Self::Number(word.parse().ok()?),
        })
    }

    /// The number that the kernel gets: of memory, its address.
    fn resolve(
        &mut self,
        kept: &[(char, i64)],
        variables: &Variables,
        memory: &mut Vec<u8>,
        filter: &mut Option<libc::sock_fprog>,
    ) -> i64 {
        let find = |name: char| kept.iter().find(|it| it.0 == name).map_or(-1, |it| it.1);
        match self {
            Self::Number(number) => *number,
            Self::Memory(bytes) => bytes.as_mut_ptr() as i64,
            Self::Filter(program) => {
                let len = u16::try_from(program.len() / size_of::<libc::sock_filter>());
                let filter = filter.insert(libc::sock_fprog {
                    len: len.unwrap_or(0),
                    filter: program.as_mut_ptr().cast(),
                });
                std::ptr::from_mut(filter) as i64
            }
            Self::Kept(name) => find(*name),
            Self::MemoryAndKept(bytes, name) => {
                memory.extend(bytes.iter());
                let number = i32::try_from(find(*name)).unwrap_or(-1);
                memory.extend(number.to_ne_bytes());
                memory.as_mut_ptr() as i64
            }
            Self::Variable(name) => {
                let word = String::from_utf8_lossy(variables.text(name)).into_owned();
                match Self::parse(&word) {
                    Some(Self::Number(number)) => number,
                    Some(Self::Memory(bytes)) => {
                        *memory = bytes;
                        memory.as_mut_ptr() as i64
                    }
                    Some(
                        Self::Filter(_)
                        | Self::Kept(_)
                        | Self::MemoryAndKept(..)
                        | Self::Variable(_),
                    )
                    | None => -1,
                }
            }
        }
    }
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits = hex.as_bytes().chunks(2);
    digits.map(|it| u8::from_str_radix(str::from_utf8(it).ok()?, 16).ok()).collect()
}

/// What differs from copy to copy: lines of a name, a tab and a value.
pub(super) struct Variables(Vec<(String, Vec<u8>)>);

impl Variables {
    pub(super) fn parse(text: &[u8]) -> Self {
        let pair = |line: &[u8]| {
            let tab = line.iter().position(|it| *it == b'\t')?;
            Some((String::from_utf8_lossy(&line[..tab]).into_owned(), line[tab + 1..].to_vec()))
        };
        Self(text.split(|it| *it == b'\n').filter_map(pair).collect())
    }

    /// Empty if there is none of this name.
    pub(super) fn text(&self, name: &str) -> &[u8] {
        self.0.iter().find(|it| it.0 == name).map_or(b"", |it| it.1.as_slice())
    }

    pub(super) fn number(&self, name: &str) -> u64 {
        str::from_utf8(self.text(name)).ok().and_then(|it| it.parse().ok()).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_carried_out_with_what_its_steps_kept() {
        let open = libc::SYS_openat;
        let (read, close) = (libc::SYS_lseek, libc::SYS_close);
        let text = format!(
            "nothing\t{}\n\nopen\t{open}>f\t-100\t:/dev/null\t0\n\
             seek\t{read}\t<f\t$where\t0\n\
             close\t{close}\t<f\n\nnothing\t{}",
            libc::SYS_getpid,
            libc::SYS_getpid
        );
        let mut plan = Plan::parse(text.as_bytes()).unwrap();
        assert!(plan.birth.carry_out(&Variables::parse(b"where\t0")).is_ok());
        assert!(plan.calling.carry_out(&Variables::parse(b"")).is_ok());
    }

    #[test]
    fn the_step_that_failed_is_named() {
        let text = format!(
            "x\t{0}\n\nlook\t{1}\t-100\t:/none\t0\n\nx\t{0}",
            libc::SYS_getpid,
            libc::SYS_openat
        );
        let mut plan = Plan::parse(text.as_bytes()).unwrap();
        let failed = plan.birth.carry_out(&Variables::parse(b"")).err().unwrap();
        assert_eq!(
            (failed.step.as_slice(), failed.errno),
            (b"look".as_slice(), rustix::io::Errno::NOENT)
        );
    }

    #[test]
    fn nonsense_is_no_plan() {
        for text in
            ["", "a\tb", "a\t1\n\nb\t1", "a\t1\n\na\t1\n\nb\tx", "a\t1\n\na\t1\t=0\n\nb\t1\t?"]
        {
            assert!(Plan::parse(text.as_bytes()).is_none(), "{text}");
        }
    }
}
