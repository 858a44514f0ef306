//! One message per packet, with descriptors beside it. Used by both ends of the launcher's socket.

use std::{
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::fd::{AsFd, BorrowedFd, OwnedFd},
};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, ReturnFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use serde::{Serialize, de::DeserializeOwned};

/// The largest packet in bytes: a request with some hundred long toolchain paths fits.
pub const MAX_PACKET: usize = 64 * 1024;
/// The most descriptors in one packet: the link and one tree per toolchain.
pub const MAX_DESCRIPTORS: usize = 64;

/// A packet could not be sent, received or understood.
#[derive(Debug, thiserror::Error)]
pub enum PacketError {
    #[error("socket: {0}")]
    Socket(#[from] io::Error),
    #[error("message of {length} bytes does not decode: {source}")]
    Decode { length: usize, source: postcard::Error },
    #[error("message does not encode: {0}")]
    Encode(postcard::Error),
    #[error("packet of {length} bytes is longer than {MAX_PACKET}")]
    TooLong { length: usize },
    #[error("packet or its descriptors were cut off")]
    Truncated,
}

/// Sends one message; with a non-blocking socket it may fail with `WouldBlock`.
pub fn send<T: Serialize>(
    socket: impl AsFd,
    message: &T,
    descriptors: &[BorrowedFd<'_>],
) -> Result<(), PacketError> {
    let bytes = postcard::to_allocvec(message).map_err(PacketError::Encode)?;
    if bytes.len() > MAX_PACKET {
        return Err(PacketError::TooLong { length: bytes.len() });
    }
    Ok(send_bytes(socket, &bytes, descriptors)?)
}

/// Receives one message; `None` means that the other end is gone.
pub fn receive<T: DeserializeOwned>(
    socket: impl AsFd,
) -> Result<Option<(T, Vec<OwnedFd>)>, PacketError> {
    let mut bytes = vec![0; MAX_PACKET];
    let (length, descriptors) = receive_bytes(socket, &mut bytes)?;
    if length == 0 {
        return Ok(None);
    }
    let message = postcard::from_bytes(&bytes[..length])
        .map_err(|source| PacketError::Decode { length, source })?;
    Ok(Some((message, descriptors)))
}

pub(crate) fn send_bytes(
    socket: impl AsFd,
    bytes: &[u8],
    descriptors: &[BorrowedFd<'_>],
) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !control.push(SendAncillaryMessage::ScmRights(descriptors)) {
        return Err(io::Error::from(io::ErrorKind::InvalidInput));
    }
    sendmsg(socket, &[IoSlice::new(bytes)], &mut control, SendFlags::NOSIGNAL)?;
    Ok(())
}

fn receive_bytes(
    socket: impl AsFd,
    bytes: &mut [u8],
) -> Result<(usize, Vec<OwnedFd>), PacketError> {
    let mut descriptors = Vec::new();
    let length = receive_into(socket, bytes, |it| descriptors.push(it))?;
    Ok((length, descriptors))
}

/// Allocates nothing, so that a sandbox's first process may use it.
pub(crate) fn receive_into(
    socket: impl AsFd,
    bytes: &mut [u8],
    mut keep: impl FnMut(OwnedFd),
) -> Result<usize, PacketError> {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MAX_DESCRIPTORS))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let mut parts = [IoSliceMut::new(bytes)];
    let received = recvmsg(socket, &mut parts, &mut control, RecvFlags::CMSG_CLOEXEC)
        .map_err(io::Error::from)?;
    for message in control.drain() {
        if let RecvAncillaryMessage::ScmRights(rights) = message {
            rights.for_each(&mut keep);
        }
    }
    if received.flags.intersects(ReturnFlags::TRUNC | ReturnFlags::CTRUNC) {
        return Err(PacketError::Truncated);
    }
    Ok(received.bytes)
}

#[cfg(test)]
mod tests {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};

    use super::*;

    fn pair() -> (OwnedFd, OwnedFd) {
        socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, SocketFlags::CLOEXEC, None).unwrap()
    }

    #[test]
    fn a_message_arrives_with_its_descriptor() {
        let (here, there) = pair();
        let file = std::fs::File::open("/dev/null").unwrap();
        send(&here, &"hello", &[file.as_fd()]).unwrap();
        let (message, descriptors): (String, _) = receive(&there).unwrap().unwrap();
        assert_eq!((message.as_str(), descriptors.len()), ("hello", 1));
    }

    #[test]
    fn a_closed_socket_is_the_end_and_no_error() {
        let (here, there) = pair();
        drop(here);
        assert!(receive::<String>(&there).unwrap().is_none());
    }

    #[test]
    fn a_message_longer_than_a_packet_is_refused_before_sending() {
        let (here, _there) = pair();
        let refused = send(&here, &"x".repeat(MAX_PACKET), &[]);
        assert!(matches!(refused, Err(PacketError::TooLong { .. })));
    }

    #[test]
    fn garbage_is_an_error_and_no_panic() {
        let (here, there) = pair();
        send_bytes(&here, &[0xff; 40], &[]).unwrap();
        assert!(matches!(
            receive::<crate::Request>(&there),
            Err(PacketError::Decode { length: 40, .. })
        ));
    }
}
