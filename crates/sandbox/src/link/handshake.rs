//! The first frame in each direction.

use std::{io, time::Duration};

use guest::{Decoder, FrameError, GuestFrame, HostFrame, Nonce, VERSION, encode};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// A guest answers within a millisecond; one that has not after this long will not.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is at the other end of a link is not a guest of ours.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("link broke before the guest's hello: {0}")]
    Broken(#[from] io::Error),
    #[error("link carried something else than a guest's hello: {0}")]
    Frame(#[from] FrameError),
    #[error("guest began with {frame} instead of hello")]
    NoHello { frame: String },
    #[error("guest speaks version {theirs} instead of {VERSION}")]
    Version { theirs: u16 },
    #[error("guest answered another host's hello")]
    Nonce,
    #[error("guest said nothing for {PATIENCE:?}")]
    Silent,
    #[error("no randomness for the nonce: {0}")]
    Random(getrandom::Error),
}

/// Exchanges hellos. The decoder returned may hold frames that came right behind.
pub(super) async fn greet<L>(link: &mut L) -> Result<Decoder<GuestFrame>, LinkError>
where
    L: AsyncRead + AsyncWrite + Unpin,
{
    let mut nonce = Nonce::default();
    getrandom::fill(&mut nonce).map_err(LinkError::Random)?;
    let mut bytes = Vec::new();
    encode(&HostFrame::Hello { version: VERSION, nonce }, &mut bytes)
        .expect("a hello is a few bytes");
    let exchange = async {
        link.write_all(&bytes).await?;
        link.flush().await?;
        answer(link).await
    };
    let (frame, decoder) =
        tokio::time::timeout(PATIENCE, exchange).await.map_err(|_| LinkError::Silent)??;
    let GuestFrame::Hello { version, nonce: theirs } = frame else {
        let frame = format!("{frame:?}").chars().take(100).collect();
        return Err(LinkError::NoHello { frame });
    };
    if version != VERSION {
        return Err(LinkError::Version { theirs: version });
    }
    if theirs != nonce { Err(LinkError::Nonce) } else { Ok(decoder) }
}

async fn answer<L>(link: &mut L) -> Result<(GuestFrame, Decoder<GuestFrame>), LinkError>
where
    L: AsyncRead + Unpin,
{
    let mut decoder = Decoder::default();
    let mut buffer = [0; 1024];
    loop {
        let count = link.read(&mut buffer).await?;
        if count == 0 {
            return Err(io::Error::from(io::ErrorKind::UnexpectedEof).into());
        }
        decoder.push(&buffer[..count]);
        if let Some(frame) = decoder.next()? {
            return Ok((frame, decoder));
        }
    }
}
