//! What a Docker daemon offers for sandboxes.

use std::time::Duration;

use tokio::time::timeout;

use super::Finding;
use crate::backend::{
    Backend, Spec, StartError,
    docker::{Docker, DockerConfig, Facts},
};

/// The decisive finding of this part.
pub(super) const SANDBOXES: &str = "docker-sandboxes";

/// A daemon answers its first question in milliseconds. One that is far, and behind something that
/// drops what it is sent, would keep whoever asks waiting for minutes.
const PATIENCE: Duration = Duration::from_secs(3);

/// Asks the daemon what it is and has, then starts a container if there is an image for it.
///
/// A machine without Docker gets one finding that says so.
pub async fn probe_docker(config: &DockerConfig) -> Vec<Finding> {
    let docker = Docker::new(config.clone());
    let facts = match timeout(PATIENCE, docker.facts()).await {
        Ok(Ok(facts)) => facts,
        Ok(Err(error)) => return vec![failed("docker", error)],
        Err(_) => return vec![failed("docker", silent(&config.host))],
    };
    let mut findings = vec![daemon(&facts), runtimes(&facts), limits(&facts)];
    match docker.prepare().await {
        Ok(_) => {
            let image = config.image.as_deref().unwrap_or_default();
            findings.push(held("docker-image", format!("{image} is there")));
        }
        Err(error) => {
            findings.push(failed("docker-image", error));
            return findings;
        }
    }
    findings.push(match docker.start(Spec::default()).await {
        Ok(mut started) => {
            started.guard.kill();
            started.guard.ended().await;
            held(SANDBOXES, "a container started and ended".to_owned())
        }
        Err(error) => failed(SANDBOXES, error),
    });
    findings
}

fn daemon(facts: &Facts) -> Finding {
    held("docker", format!("version {}", facts.version))
}

fn runtimes(facts: &Facts) -> Finding {
    let names: Vec<_> = facts.runtimes.iter().map(|(name, _)| name.as_str()).collect();
    let strong = ["runsc", "kata"];
    let has_strong = names.iter().any(|it| strong.iter().any(|strong| it.contains(strong)));
    let advice = "for a kernel of its own for each sandbox: install gVisor's runsc and name it in the \
                  daemon's daemon.json, then choose the backend docker:runsc";
    Finding {
        name: "docker-runtimes",
        holds: true,
        detail: names.join(", "),
        advice: (!has_strong).then(|| advice.to_owned()),
    }
}

fn limits(facts: &Facts) -> Finding {
    let weak = facts.weaknesses.join("; ");
    if weak.is_empty() {
        return held(
            "docker-limits",
            "memory, swap, processes and CPU time are limited".to_owned(),
        );
    }
    let advice = "run the daemon as root, or rootless with cgroup v2 and delegated controllers";
    Finding { name: "docker-limits", holds: false, detail: weak, advice: Some(advice.to_owned()) }
}

fn silent(host: &str) -> StartError {
    StartError::Unavailable {
        what: format!("the Docker daemon at {host} has not answered for {PATIENCE:?}"),
        advice: "check that it is the right one, or name another by DOCKER_HOST".to_owned(),
    }
}

fn held(name: &'static str, detail: String) -> Finding {
    Finding { name, holds: true, detail, advice: None }
}

fn failed(name: &'static str, error: StartError) -> Finding {
    let (detail, advice) = match error {
        StartError::Unavailable { what, advice } => (what, Some(advice)),
        StartError::NotPermitted { .. }
        | StartError::NoStandby { .. }
        | StartError::Failed { .. }
        | StartError::Mount(_)
        | StartError::Launcher(_)
        | StartError::LauncherGone
        | StartError::Guest(_) => (error.to_string(), None),
    };
    Finding { name, holds: false, detail, advice }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_machine_without_docker_is_told_so_once() {
        let host = "unix:///nowhere".to_owned();
        let findings = probe_docker(&DockerConfig { host, ..DockerConfig::default() }).await;
        let [finding] = &findings[..] else { panic!("{findings:?}") };
        assert!(!finding.holds);
        assert!(finding.detail.contains("no Docker daemon listens at unix:///nowhere"));
        assert!(finding.advice.as_deref().is_some_and(|it| it.contains("systemctl start docker")));
    }

    #[tokio::test(start_paused = true)]
    async fn a_daemon_that_does_not_answer_is_not_waited_for() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let host = format!("tcp://{}", listener.local_addr().unwrap());
        let findings = probe_docker(&DockerConfig { host, ..DockerConfig::default() }).await;
        let [finding] = &findings[..] else { panic!("{findings:?}") };
        assert!(finding.detail.contains("has not answered"), "{finding:?}");
    }

    #[test]
    fn limits_that_a_daemon_cannot_hold_are_named() {
        let weaknesses = vec!["swap is not limited: x".to_owned()];
        let finding = limits(&Facts { weaknesses, ..Facts::default() });
        assert!(!finding.holds && finding.advice.is_some());
        assert_eq!(finding.detail, "swap is not limited: x");
    }
}
