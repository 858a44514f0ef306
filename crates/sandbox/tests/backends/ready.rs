//! Backends that need something of the machine, ready to start sandboxes, or why there is none.

use sandbox::{Docker, DockerConfig};

/// Names the daemon and the image: `unix:///path,image`.
const VARIABLE: &str = "RUNBOOK_TEST_DOCKER";

/// The backend of containers with one of the daemon's runtimes, or its default.
pub(crate) async fn docker(runtime: Option<&str>) -> Result<Docker, String> {
    #[expect(clippy::disallowed_methods, reason = "only whoever starts the tests knows the daemon")]
    let named = std::env::var(VARIABLE).map_err(|_| format!("{VARIABLE} names no daemon"))?;
    let (host, image) =
        named.split_once(',').ok_or_else(|| format!("{VARIABLE} is not host,image: {named:?}"))?;
    let (host, image) = (host.to_owned(), Some(image.to_owned()));
    let docker = Docker::new(DockerConfig { host, image, runtime: runtime.map(str::to_owned) });
    docker.prepare().await.map_err(|error| error.to_string())?;
    Ok(docker)
}
