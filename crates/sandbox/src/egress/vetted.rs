//! Where a sandbox with some rules would get to, for a request that this process makes in its stead.

use std::net::SocketAddr;

use super::{Denial, EgressConfig, Failure, Refusal, dial::Dialer, policy::Policy, target::Target};
use crate::network::Rule;

/// Why nothing may be connected to.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotVetted {
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// The addresses of a target, each of which a sandbox with these rules could connect to; at least one. Whoever
/// connects must do so to one of them, and ask no name service again.
///
/// # Errors
///
/// No rule allows the target, or any of its addresses; or it has none that this machine itself reaches.
pub async fn vetted(
    target: &Target,
    rules: Vec<Rule>,
    config: &EgressConfig,
) -> Result<Vec<SocketAddr>, NotVetted> {
    let policy = Policy::new(rules, Vec::new());
    policy.check(target)?;
    let found = Dialer::new(config.clone()).addresses(target, &policy).await;
    found.map_err(|denial| match denial {
        Denial::Refused(refusal) => refusal.into(),
        Denial::Failed(failure) => failure.into(),
        Denial::HungUp => Failure::Silent.into(),
    })
}

#[cfg(test)]
mod tests {
    use std::{io, net::IpAddr};

    use super::*;
    use crate::egress::{Forbidden, Host, Resolver};

    /// Of `host:port`, where `mixed.test` has a private address before a public one, and `inside.test` private ones.
    async fn look(rules: &[&str], target: (&str, u16)) -> Result<Vec<String>, NotVetted> {
        let resolver = Resolver::new(|name| {
            let found: &[[u8; 4]] = match name {
                "mixed.test" => &[[10, 0, 0, 5], [1, 1, 1, 1]],
                "inside.test" => &[[127, 0, 0, 1], [10, 0, 0, 5]],
                _ => return Err(io::ErrorKind::NotFound.into()),
            };
            Ok(found.iter().map(|it| IpAddr::from(*it)).collect())
        });
        let config = EgressConfig { resolver, ..EgressConfig::default() };
        let rules = rules.iter().map(|it| it.parse().unwrap()).collect();
        let target = Target { host: Host::parse(target.0).unwrap(), port: target.1 };
        let found = vetted(&target, rules, &config).await?;
        Ok(found.iter().map(ToString::to_string).collect())
    }

    #[tokio::test]
    async fn only_what_a_rule_names_is_resolved_and_only_what_it_may_lead_to_is_told() {
        let rules = ["mixed.test", "inside.test", "10.0.0.7:5432"];
        assert_eq!(look(&rules, ("mixed.test", 443)).await.unwrap(), ["1.1.1.1:443"]);
        assert_eq!(look(&rules, ("10.0.0.7", 5432)).await.unwrap(), ["10.0.0.7:5432"]);
        let own = look(&rules, ("inside.test", 443)).await.unwrap_err();
        let reason = Forbidden::Private;
        assert!(
            matches!(&own, NotVetted::Refused(Refusal::Address { reason: it, .. }) if *it == reason),
            "{own:?}"
        );
        for (host, port, expected) in [
            ("elsewhere.test", 443, Refusal::Host),
            ("127.0.0.1", 443, Refusal::Host),
            ("mixed.test", 22, Refusal::Port),
            ("10.0.0.7", 80, Refusal::Port),
        ] {
            let refused = look(&rules, (host, port)).await.unwrap_err();
            assert_eq!(refused, NotVetted::Refused(expected), "{host}:{port}");
        }
        assert_eq!(look(&[], ("mixed.test", 443)).await.unwrap_err(), Refusal::Host.into());
    }
}
