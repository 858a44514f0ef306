//! The agent that plays a script; see [`agent::harness::scripted`].

use std::{fs::File, io, process::ExitCode};

use agent::harness::scripted::{Ending, Script, play};

fn main() -> io::Result<ExitCode> {
    let path = std::env::args_os().nth(1).ok_or(io::ErrorKind::InvalidInput)?;
    let script: Script = serde_json::from_reader(File::open(path)?).map_err(io::Error::other)?;
    match play(&script, io::stdin().lock(), io::stdout().lock())? {
        Ending::Exit(code) => Ok(ExitCode::from(code)),
        Ending::Abort => std::process::abort(),
    }
}
