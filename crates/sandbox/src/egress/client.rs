//! The program's side of a connection to the proxy: HTTP, or SOCKS 5 on the same port.

use std::{io, net::IpAddr};

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{
    http::{self, BadRequest, LONGEST_HEAD, Request},
    target::{Host, Target},
};
use crate::link::GuestStream;

/// A connection from a program, with what was read of it and not used.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) stream: GuestStream,
    /// For the target, before anything else.
    pub(super) early: Vec<u8>,
}

/// How the client wants to be told what became of its wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaks {
    /// Nothing: it believes that it is connected to the target.
    Nothing,
    Tunnel,
    Http,
    Socks,
}

#[derive(Debug)]
pub(super) enum ClientError {
    /// It went away.
    Gone,
    Bad(BadRequest, Speaks),
}

impl From<io::Error> for ClientError {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

const SOCKS: u8 = 5;

/// Replies of RFC 1928.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SocksReply {
    Succeeded = 0,
    NotAllowed = 2,
    Unreachable = 4,
    UnknownCommand = 7,
    UnknownAddress = 8,
}

impl Client {
    pub(super) fn new(stream: GuestStream) -> Self {
        Self { stream, early: Vec::new() }
    }

    /// What the client wants.
    pub(super) async fn wish(&mut self) -> Result<(Target, Speaks), ClientError> {
        self.fill(1).await?;
        if self.early[0] == SOCKS {
            return Ok((self.socks().await?, Speaks::Socks));
        }
        // Whatever begins otherwise is not worth waiting for a line of.
        if !self.early[0].is_ascii_uppercase() {
            return Err(ClientError::Bad(BadRequest::Protocol, Speaks::Http));
        }
        let bad = |error| ClientError::Bad(error, Speaks::Http);
        let length = loop {
            if let Some(length) = http::head_length(&self.early) {
                break length;
            }
            if self.early.len() >= LONGEST_HEAD {
                return Err(bad(BadRequest::TooLong));
            }
            self.fill(self.early.len() + 1).await?;
        };
        if length > LONGEST_HEAD {
            return Err(bad(BadRequest::TooLong));
        }
        let rest = self.early.split_off(length);
        let head = std::mem::replace(&mut self.early, rest);
        match http::parse(&head).map_err(bad)? {
            Request::Tunnel(target) => Ok((target, Speaks::Tunnel)),
            Request::Forward { target, mut head } => {
                head.append(&mut self.early);
                self.early = head;
                Ok((target, Speaks::Http))
            }
        }
    }

    /// Reads until `early` holds so many bytes.
    async fn fill(&mut self, wanted: usize) -> Result<(), ClientError> {
        while self.early.len() < wanted {
            self.early.reserve(LONGEST_HEAD);
            if self.stream.read_buf(&mut self.early).await? == 0 {
                return Err(ClientError::Gone);
            }
        }
        Ok(())
    }

    async fn take<const N: usize>(&mut self) -> Result<[u8; N], ClientError> {
        self.fill(N).await?;
        let rest = self.early.split_off(N);
        let taken = std::mem::replace(&mut self.early, rest);
        Ok(taken.try_into().expect("split at N"))
    }

    async fn take_many(&mut self, count: u8) -> Result<Vec<u8>, ClientError> {
        self.fill(usize::from(count)).await?;
        let rest = self.early.split_off(usize::from(count));
        Ok(std::mem::replace(&mut self.early, rest))
    }

    async fn socks(&mut self) -> Result<Target, ClientError> {
        const CONNECT: u8 = 1;
        const NO_PASSWORD: u8 = 0;
        let refused = ClientError::Bad(BadRequest::Socks, Speaks::Nothing);
        let [_, methods] = self.take().await?;
        let methods = self.take_many(methods).await?;
        if !methods.contains(&NO_PASSWORD) {
            self.stream.write_all(&[SOCKS, 0xff]).await?;
            return Err(refused);
        }
        self.stream.write_all(&[SOCKS, NO_PASSWORD]).await?;
        let [version, command, _, kind] = self.take().await?;
        if version != SOCKS || command != CONNECT {
            self.socks_reply(SocksReply::UnknownCommand).await?;
            return Err(refused);
        }
        let host = match kind {
            1 => Some(Host::Address(IpAddr::from(self.take::<4>().await?))),
            3 => {
                let [length] = self.take().await?;
                let name = self.take_many(length).await?;
                std::str::from_utf8(&name).ok().and_then(|it| Host::parse(it).ok())
            }
            4 => Some(Host::Address(super::target::plain(self.take::<16>().await?.into()))),
            _ => {
                self.socks_reply(SocksReply::UnknownAddress).await?;
                return Err(refused);
            }
        };
        let port = u16::from_be_bytes(self.take().await?);
        match host {
            Some(host) => Ok(Target { host, port }),
            None => {
                self.socks_reply(SocksReply::UnknownAddress).await?;
                Err(ClientError::Bad(BadRequest::Target, Speaks::Nothing))
            }
        }
    }

    async fn socks_reply(&mut self, reply: SocksReply) -> io::Result<()> {
        // With 0.0.0.0:0 as the address that we connect from, which concerns nobody.
        self.stream.write_all(&[SOCKS, reply as u8, 0, 1, 0, 0, 0, 0, 0, 0]).await
    }

    /// Tells the client that bytes go both ways from now on.
    pub(super) async fn accept(&mut self, speaks: Speaks) -> io::Result<()> {
        match speaks {
            Speaks::Nothing | Speaks::Http => Ok(()),
            Speaks::Tunnel => {
                self.stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await
            }
            Speaks::Socks => self.socks_reply(SocksReply::Succeeded).await,
        }
    }

    /// Tells the client why not, and ends the connection.
    pub(super) async fn refuse(mut self, speaks: Speaks, answer: Answer, reason: &str) {
        let told = match speaks {
            // There is no word for it: the connection breaks.
            Speaks::Nothing => return,
            Speaks::Socks => {
                let reply = match answer {
                    Answer::Bad | Answer::Forbidden => SocksReply::NotAllowed,
                    Answer::Unreachable => SocksReply::Unreachable,
                };
                self.socks_reply(reply).await
            }
            Speaks::Tunnel | Speaks::Http => {
                let status = match answer {
                    Answer::Bad => "400 Bad Request",
                    Answer::Forbidden => "403 Forbidden",
                    Answer::Unreachable => "502 Bad Gateway",
                };
                self.stream.write_all(&http::response(status, reason)).await
            }
        };
        if told.is_ok() && self.stream.shutdown().await.is_ok() {
            // A reset would overtake the answer, so what the client still sends is read and dropped.
            let mut rest = (&mut self.stream).take(LONGEST_REST);
            tokio::io::copy(&mut rest, &mut tokio::io::sink()).await.ok();
        }
    }
}

/// What a client that was refused may still send.
const LONGEST_REST: u64 = 1 << 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Bad,
    Forbidden,
    Unreachable,
}
