//! Standard input, read by a thread of its own, which the end of the process ends: a read of a terminal
//! cannot be given up, and nobody should have to press a key for us to end.

use std::{
    io::{self, Read},
    thread,
};

use bytes::Bytes;
use engine::InputStream;
use futures_util::stream;
use tokio::sync::mpsc;

/// Chunks that wait for the program.
const AHEAD: usize = 4;
const CHUNK: usize = 64 << 10;

pub(crate) fn stream() -> InputStream {
    let (send, chunks) = mpsc::channel(AHEAD);
    thread::spawn(move || {
        let mut stdin = io::stdin().lock();
        loop {
            let mut chunk = vec![0; CHUNK];
            let read = match stdin.read(&mut chunk) {
                Ok(0) => return,
                Ok(count) => {
                    chunk.truncate(count);
                    Ok(Bytes::from(chunk))
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => Err(error),
            };
            let over = read.is_err();
            if send.blocking_send(read).is_err() || over {
                return;
            }
        }
    });
    InputStream::new(stream::unfold(chunks, |mut chunks| async {
        Some((chunks.recv().await?, chunks))
    }))
}
