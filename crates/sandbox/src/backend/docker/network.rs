//! The network of sandboxes that may reach beyond themselves: a bridge of our own.

use std::collections::HashMap;

use bollard::models::NetworkCreateRequest;

use super::failure::{failed, status};
use crate::backend::StartError;

/// The bridge's name on the daemon.
pub(super) const NAME: &str = "runbook";

/// Makes the bridge if the daemon has none yet. Containers on it reach out, through the daemon's
/// address translation, but neither each other nor, without published ports, are they reached.
pub(super) async fn ensure(api: &bollard::Docker) -> Result<(), StartError> {
    match api.inspect_network(NAME, None).await {
        Ok(_) => return Ok(()),
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

fn request() -> NetworkCreateRequest {
    let option =
        |name: &str, value: &str| (format!("com.docker.network.bridge.{name}"), value.to_owned());
    NetworkCreateRequest {
        name: NAME.to_owned(),
        driver: Some("bridge".to_owned()),
        options: Some(HashMap::from([
            option("enable_icc", "false"),
            option("enable_ip_masquerade", "true"),
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
        assert_eq!(options["com.docker.network.bridge.enable_icc"], "false");
    }
}
