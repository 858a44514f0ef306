//! The socket to the guest: orders come in, words about a program go out. Its form is told in the guest's
//! `standby` and `turn`.

use std::{
    io::{self, IoSliceMut, Read, Write},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, OwnedFd},
        unix::net::UnixStream,
    },
};

use rustix::net::{RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, recvmsg};
use serde_json::Value;

use crate::Failure;

/// Longest order that a guest sends.
const MAX_ORDER: usize = 96 * 1024;

#[derive(Debug)]
pub(crate) struct Control(UnixStream);

/// One program to run, or a question about how a text might go on.
#[derive(Debug)]
pub(crate) struct Order {
    pub(crate) arguments: Vec<String>,
    /// Where it reads its input from; `None` where nobody is there to give any.
    pub(crate) stdin: Option<OwnedFd>,
}

impl Control {
    pub(crate) fn from_stdin() -> io::Result<Self> {
        Ok(Self(UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?)))
    }

    /// Says that programs may come.
    pub(crate) fn ready(&self) -> io::Result<()> {
        (&self.0).write_all(b".")
    }

    /// Waits for the next program; `None` when there will be no other.
    pub(crate) fn order(&self) -> Result<Option<Order>, Failure> {
        let mut received = vec![0; MAX_ORDER];
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = RecvAncillaryBuffer::new(&mut space);
        let mut parts = [IoSliceMut::new(&mut received)];
        let count = recvmsg(&self.0, &mut parts, &mut ancillary, RecvFlags::CMSG_CLOEXEC)
            .map_err(io::Error::from)?
            .bytes;
        if count == 0 {
            return Ok(None);
        }
        let stdin = ancillary.drain().find_map(|it| {
            let RecvAncillaryMessage::ScmRights(mut descriptors) = it else { return None };
            descriptors.next()
        });
        received.truncate(count);
        let (body, length) = split(&received).ok_or(Failure::Order)?;
        let mut body = body.to_vec();
        let there = body.len();
        if there > length || length > MAX_ORDER {
            return Err(Failure::Order);
        }
        body.resize(length, 0);
        (&self.0).read_exact(&mut body[there..])?;
        let arguments = arguments(&body).ok_or(Failure::Order)?;
        Ok(Some(Order { arguments, stdin }))
    }

    /// Tells the host what is no output.
    pub(crate) fn say(&self, message: &Value) -> io::Result<()> {
        let text = message.to_string();
        (&self.0).write_all(format!("say {}\n{text}", text.len()).as_bytes())
    }

    /// Says that a program has ended. What it printed must be written.
    pub(crate) fn end(&self, code: i32) -> io::Result<()> {
        (&self.0).write_all(format!("end {code}\n").as_bytes())
    }
}

/// What has come of the strings, and how long they are: after a line `null N` or `pipe N`.
fn split(received: &[u8]) -> Option<(&[u8], usize)> {
    let at = received.iter().position(|it| *it == b'\n')?;
    let head = std::str::from_utf8(&received[..at]).ok()?;
    let (_, length) = head.split_once(' ')?;
    Some((&received[at + 1..], length.parse().ok()?))
}

/// The strings are the working directory, the number of arguments, the arguments, and the environment.
fn arguments(strings: &[u8]) -> Option<Vec<String>> {
    let mut strings = strings.split(|it| *it == 0).map(String::from_utf8_lossy);
    let count: usize = strings.nth(1)?.parse().ok()?;
    let arguments: Vec<_> = strings.take(count).map(std::borrow::Cow::into_owned).collect();
    (arguments.len() == count && count > 0).then_some(arguments)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_names_its_arguments_after_the_directory() {
        let strings = b"/tmp\x002\0complete\x003\0A=1\0";
        assert_eq!(arguments(strings), Some(vec!["complete".to_owned(), "3".to_owned()]));
        assert_eq!(arguments(b"/tmp\x009\0a\0"), None);
        assert_eq!(arguments(b"/tmp\0x\0a\0"), None);
        assert_eq!(split(b"pipe 12\nabc"), Some((&b"abc"[..], 12)));
        assert_eq!(split(b"pipe\n"), None);
    }

    #[test]
    fn an_order_may_come_in_parts() {
        let (mut ours, theirs) = UnixStream::pair().unwrap();
        let reader = std::thread::spawn(move || Control(theirs).order());
        ours.write_all(b"null 12\n/tmp\0").unwrap();
        ours.write_all(b"1\0a.jl\0").unwrap();
        let order = reader.join().unwrap().unwrap().unwrap();
        assert_eq!(order.arguments, ["a.jl"]);
        assert!(order.stdin.is_none());
    }
}
