//! A fake GitHub with git, for tests of whole programs: `fake-forge DIRECTORY [PORT]`.
//!
//! It prints its address, serves the bare repositories below the directory, and ends with a signal.

use std::{path::PathBuf, process::ExitCode};

use forge::{
    Kind,
    fake::{Fake, git},
};

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]
#[tokio::main]
async fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let root = arguments.next().map(PathBuf::from);
    let port = arguments.next().map_or(Ok(0), |it| it.parse());
    let (Some(root), Ok(port)) = (root, port) else {
        eprintln!("usage: fake-forge DIRECTORY [PORT]");
        return ExitCode::from(2);
    };
    if !git::is_there() {
        eprintln!("git has no http-backend here; install all of git");
        return ExitCode::FAILURE;
    }
    let fake = Fake::with_git(Kind::GitHub, root, port).await;
    println!("{}", fake.address());
    std::future::pending().await
}
