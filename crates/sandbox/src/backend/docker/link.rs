//! The attached streams of a container as one byte stream.
//!
//! The daemon puts a header of 8 bytes before each chunk of output, to tell the two streams apart.
//! The guest writes only to the first; what arrives on the second is dropped.

use std::{future::ready, io};

use bollard::container::{AttachContainerResults, LogOutput};
use futures_util::StreamExt;
use tokio_util::io::StreamReader;

use crate::backend::Link;

pub(super) fn link(streams: AttachContainerResults) -> impl Link {
    let output = streams.output.filter_map(|chunk| {
        ready(match chunk {
            Ok(LogOutput::StdOut { message }) => Some(Ok(message)),
            Ok(_) => None,
            Err(error) => Some(Err(io::Error::other(error))),
        })
    });
    tokio::io::join(StreamReader::new(output), streams.input)
}
