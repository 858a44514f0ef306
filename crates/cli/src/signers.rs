//! The keys of those whose documents run without a question.

use std::{fs, io, path::Path};

use engine::local::Signers;

use crate::{cache, failure::Failure};

/// Reads the file that was named, or else the user's own, if there is one.
pub(crate) fn read(named: Option<&Path>) -> Result<Signers, Failure> {
    let usual = || cache::settings().map(|it| it.join("trusted_signers"));
    let Some(path) = named.map(Path::to_owned).or_else(usual) else {
        return Ok(Signers::default());
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => {
            return Ok(Signers::default());
        }
        Err(error) => {
            return Err(Failure::rejected(format!("{} cannot be read: {error}", path.display())));
        }
    };
    Signers::parse(&text).map_err(|it| Failure::rejected(it).at(path.display()))
}
