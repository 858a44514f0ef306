//! What the daemon's refusals mean, and what to do about them.

use std::io;

use bollard::errors::Error;

use crate::backend::StartError;

/// The HTTP status of a refusal.
pub(super) fn status(error: &Error) -> Option<u16> {
    let Error::DockerResponseServerError { status_code, .. } = error else { return None };
    Some(*status_code)
}

/// The daemon's own words, without the client's around them.
pub(super) fn words(error: &Error) -> String {
    if let Error::DockerResponseServerError { message, .. } = error {
        return message.clone();
    }
    error.to_string()
}

pub(super) fn failed(step: &str) -> impl FnOnce(Error) -> StartError {
    let step = step.to_owned();
    move |error| StartError::Failed { step, reason: io::Error::other(words(&error)) }
}

/// Nobody answers at `host`, or not us.
pub(super) fn no_daemon(host: &str, error: &Error) -> StartError {
    let (what, advice) = match io_kind(error) {
        Some(io::ErrorKind::PermissionDenied) => (
            format!("we may not talk to the Docker daemon at {host}"),
            "add the server's user to the group of the socket (which makes it as powerful as \
             root), or run Docker or Podman rootless for that user",
        ),
        Some(io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused) => nobody(host),
        _ if matches!(error, Error::SocketNotFoundError(_)) => nobody(host),
        _ => (
            format!("the Docker daemon at {host} cannot be asked: {}", words(error)),
            "check DOCKER_HOST; unix:///path and, unencrypted, tcp://host:port are understood",
        ),
    };
    StartError::Unavailable { what, advice: advice.to_owned() }
}

fn nobody(host: &str) -> (String, &'static str) {
    let advice = "start it (systemctl start docker), or name another by DOCKER_HOST";
    (format!("no Docker daemon listens at {host}"), advice)
}

fn io_kind(error: &Error) -> Option<io::ErrorKind> {
    if let Error::IOError { err } = error {
        return Some(err.kind());
    }
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        cause = error.source();
    }
    None
}

pub(super) fn no_image(image: &str, host: &str) -> StartError {
    StartError::Unavailable {
        what: format!("the daemon at {host} has no image {image:?}"),
        advice: format!("build it with `deploy/image/build {image}`, or `docker pull {image}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_image_names_the_command_that_builds_it() {
        let said = no_image("runbook", "unix:///x").to_string();
        assert_eq!(
            said,
            "the daemon at unix:///x has no image \"runbook\"; build it with \
             `deploy/image/build runbook`, or `docker pull runbook`"
        );
    }

    #[test]
    fn a_missing_socket_is_a_daemon_that_does_not_run() {
        let error = Error::SocketNotFoundError("/x".to_owned());
        let said = no_daemon("unix:///x", &error).to_string();
        assert!(said.starts_with("no Docker daemon listens at unix:///x; start it"), "{said}");
    }

    #[test]
    fn a_closed_socket_names_the_group() {
        let error = Error::IOError { err: io::ErrorKind::PermissionDenied.into() };
        let said = no_daemon("unix:///x", &error).to_string();
        assert!(said.contains("group of the socket"), "{said}");
    }
}
