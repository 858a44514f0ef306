//! The hub's GitHub App, out of its flags and files.

use std::{
    fs::File,
    io::{self, Read},
    os::unix::fs::MetadataExt,
    path::Path,
};

use orchestrator::HubApp;

use crate::{args::GitHubAppFlags, failure::Failure};

/// More than any key or secret has.
const MOST_BYTES: u64 = 64 * 1024;

/// Reads the app that the flags name, if they name one.
pub(crate) fn open(flags: &GitHubAppFlags) -> Result<Option<HubApp>, Failure> {
    let (Some(id), Some(key)) = (flags.github_app, &flags.github_app_key) else { return Ok(None) };
    let pem = private(key)?;
    let secret = flags.github_app_webhook_secret.as_deref().map(private).transpose()?;
    let app = HubApp::new(id, &pem, &flags.github_app_api, secret.as_deref());
    app.map(Some).map_err(|error| Failure::rejected(format!("--github-app {id}: {error}")))
}

/// A file that nobody reads but its owner.
fn private(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let unreadable =
        |error: io::Error| Failure::rejected(format!("{shown} cannot be read: {error}"));
    let file = File::open(path).map_err(unreadable)?;
    let mode = file.metadata().map_err(unreadable)?.mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(Failure::rejected(format!(
            "{shown} may be read by others than its owner (mode {mode:o}); run chmod 600 {shown}"
        )));
    }
    let mut text = String::new();
    file.take(MOST_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use std::{fs, os::unix::fs::PermissionsExt};

    use super::*;

    #[test]
    fn a_key_that_others_may_read_is_refused_and_never_shown() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("app.pem");
        fs::write(&path, "secret-word").unwrap();
        let flags = GitHubAppFlags {
            github_app: Some(7),
            github_app_key: Some(path.clone()),
            github_app_api: "https://api.github.com".to_owned(),
            github_app_webhook_secret: None,
        };
        let refused = |mode| {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            open(&flags).unwrap_err().message.unwrap()
        };
        assert!(refused(0o640).contains("chmod 600"), "{}", refused(0o640));
        let no_key = refused(0o600);
        assert!(no_key.contains("no private key of a GitHub App"), "{no_key}");
        assert!(!no_key.contains("secret-word"));
        let none = GitHubAppFlags { github_app: None, ..flags.clone() };
        assert!(open(&none).unwrap().is_none());
    }
}
