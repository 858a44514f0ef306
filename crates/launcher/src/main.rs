//! The program `launcher`: serves the server whose socket is its standard input.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    process::ExitCode,
};

fn main() -> ExitCode {
    match own_standard_input().map(|socket| launcher::serve::serve(&socket)) {
        Ok(Ok(())) => ExitCode::SUCCESS,
        // Nobody reads our words: the server sees the socket close.
        Ok(Err(_)) | Err(_) => ExitCode::FAILURE,
    }
}

fn own_standard_input() -> io::Result<OwnedFd> {
    let socket = io::stdin().as_fd().try_clone_to_owned()?;
    // The copy above is the only one left, so that closing it is seen.
    Ok(socket)
}
