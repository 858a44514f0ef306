//! The key of secrets: a file, or what a command of the operator makes of one.
//!
//! With `--secret-key-command` the file holds the key wrapped, for example by a key management service. The
//! command is run by `sh` with `wrap` or `unwrap` as its argument, reads standard input and writes standard
//! output. To wrap, it reads the key in base64; to unwrap, it reads what it wrote, and writes that base64.

use std::{
    io::{self, Write},
    path::Path,
    process::{Command, Stdio},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use engine::{Keeper, SecretKey};

use crate::failure::Failure;

/// The key of a file, which is made if it is missing.
pub(crate) fn load(path: &Path, command: Option<&str>) -> Result<SecretKey, Failure> {
    let loaded = match command {
        Some(command) => SecretKey::load_or_create_kept(path, &KeyCommand(command)),
        None => SecretKey::load_or_create(path),
    };
    loaded.map_err(Failure::unavailable)
}

struct KeyCommand<'a>(&'a str);

impl KeyCommand<'_> {
    fn run(&self, verb: &str, input: &[u8]) -> io::Result<Vec<u8>> {
        #[expect(
            clippy::disallowed_methods,
            reason = "the operator's own program, which keeps the key"
        )]
        let mut child = Command::new("sh")
            .args(["-c", &format!("{} \"$@\"", self.0), "sh", verb])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        // One that fails need not read; its end says so.
        drop(child.stdin.take().map(|mut it| it.write_all(input)));
        let output = child.wait_with_output()?;
        match output.status.success() {
            true => Ok(output.stdout),
            false => {
                Err(io::Error::other(format!("`{} {verb}` ended with {}", self.0, output.status)))
            }
        }
    }
}

impl Keeper for KeyCommand<'_> {
    fn wrap(&self, key: &[u8]) -> io::Result<Vec<u8>> {
        self.run("wrap", encode(key).as_bytes())
    }

    fn unwrap(&self, wrapped: &[u8]) -> io::Result<Vec<u8>> {
        decode(&self.run("unwrap", wrapped)?)
    }
}

fn encode(key: &[u8]) -> String {
    format!("{}\n", STANDARD.encode(key))
}

fn decode(text: &[u8]) -> io::Result<Vec<u8>> {
    let decoded = STANDARD.decode(text.trim_ascii());
    decoded.map_err(|_| io::Error::other("the command wrote no key in base64"))
}
