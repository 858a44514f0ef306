//! The network of sandboxes that may reach beyond themselves: a bridge of our own.

use std::collections::HashMap;

use bollard::models::NetworkCreateRequest;

use super::failure::{failed, status};
use crate::backend::StartError;

/// The bridge's name on the daemon.
pub(super) const NAME: &str = "runbook";

/// Whether containers on a bridge reach each other.
const APART: &str = "com.docker.network.bridge.enable_icc";
/// Whether packets leave under the daemon's address.
const MASQUERADE: &str = "com.docker.network.bridge.enable_ip_masquerade";

/// Makes the bridge if the daemon has none yet. Containers on it reach out, through the daemon's
/// address translation, but neither each other nor, without published ports, are they reached.
pub(super) async fn ensure(api: &bollard::Docker) -> Result<(), StartError> {
    match api.inspect_network(NAME, None).await {
        Ok(there) => return check(there.options.unwrap_or_default()),
        Err(error) if status(&error) == Some(404) => {}
        Err(error) => return Err(failed("look for the network")(error)),
    }
    match api.create_network(request()).await {
        Ok(_) => Ok(()),
        // Another server was faster.
        Err(error) if status(&error) == Some(409) => Ok(()),
        Err(error) => Err(failed("create the network")(error)),
    }
}

/// A network of somebody else's that happens to have our name would not keep sandboxes apart.
fn check(options: HashMap<String, String>) -> Result<(), StartError> {
    if options.get(APART).is_some_and(|it| it == "false") {
        return Ok(());
    }
    Err(StartError::Unavailable {
        what: format!("the Docker network {NAME:?} lets its containers reach each other"),
        advice: format!("remove it (docker network rm {NAME}); it is made anew as it should be"),
    })
}

fn request() -> NetworkCreateRequest {
    NetworkCreateRequest {
        name: NAME.to_owned(),
        driver: Some("bridge".to_owned()),
        options: Some(HashMap::from([
            (APART.to_owned(), "false".to_owned()),
            (MASQUERADE.to_owned(), "true".to_owned()),
        ])),
        labels: Some(HashMap::from([("runbook".to_owned(), "network".to_owned())])),
        ..NetworkCreateRequest::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn containers_on_the_bridge_do_not_reach_each_other() {
        let options = request().options.unwrap();
        assert_eq!(options[APART], "false");
        assert!(check(options).is_ok());
        assert!(
            check(HashMap::new()).unwrap_err().to_string().contains("docker network rm runbook")
        );
    }
}
