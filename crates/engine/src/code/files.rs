//! The files of one-off code in its sandbox, and a name for the code itself.

use futures_util::future::try_join_all;
use sandbox::{Sandbox, SandboxError, SandboxPath, runtime::Installed};

/// The directory in which tinirun's programs find their files, relative to where they start.
const SEED_DIRECTORY: &str = "files";

/// Requests under way at a time; a guest takes 64.
const AT_ONCE: usize = 32;

/// Where the code is written: `main` in its language, unless a file has taken that name.
pub(crate) fn source_path(installed: &Installed, files: &[(SandboxPath, Vec<u8>)]) -> SandboxPath {
    let extension = installed.runtime.extension;
    let names = (0..).map(|number: usize| match number {
        0 => format!("main.{extension}"),
        number => format!("main_{number}.{extension}"),
    });
    let free = |name: &String| {
        let within = format!("{name}/");
        !files.iter().any(|(it, _)| it.as_str() == name || it.as_str().starts_with(&within))
    };
    let name = names.into_iter().find(free).expect("files are finite");
    SandboxPath::try_from(name.as_str()).expect("our own file names are safe")
}

/// Writes the files beside the code, where each language looks first, and once more beneath `files/`,
/// where programs for tinirun look. Files that are beneath `files/` by themselves stand there only.
pub(super) async fn write(
    sandbox: &Sandbox,
    files: &[(SandboxPath, Vec<u8>)],
) -> Result<(), SandboxError> {
    let within = format!("{SEED_DIRECTORY}/");
    let own =
        |path: &SandboxPath| path.as_str() == SEED_DIRECTORY || path.as_str().starts_with(&within);
    let twice = !files.iter().any(|(path, _)| own(path));
    for batch in files.chunks(AT_ONCE) {
        try_join_all(batch.iter().map(|(path, bytes)| sandbox.write_file(path, bytes, 0o644)))
            .await?;
        if !twice {
            continue;
        }
        let copies: Vec<_> = batch
            .iter()
            .filter_map(|(path, bytes)| {
                let copy = format!("{within}{path}");
                Some((SandboxPath::try_from(copy.as_str()).ok()?, bytes))
            })
            .collect();
        try_join_all(copies.iter().map(|(path, bytes)| sandbox.write_file(path, bytes, 0o644)))
            .await?;
    }
    Ok(())
}
