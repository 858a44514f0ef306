//! What a sandbox's rules, and the services that this process has for it, say about one target.

use std::net::IpAddr;

use super::{
    HostedService, Refusal, address,
    target::{Host, Target},
};
use crate::network::Rule;

#[derive(Debug)]
pub(super) struct Policy {
    rules: Vec<Rule>,
    services: Vec<HostedService>,
}

impl Policy {
    pub(super) fn new(rules: Vec<Rule>, services: Vec<HostedService>) -> Self {
        Self { rules, services }
    }

    /// The service of this process that a target names.
    pub(super) fn service(&self, target: &Target) -> Option<&HostedService> {
        self.services.iter().find(|it| it.target() == target)
    }

    /// The ports that rules allow for a host, in order; none if no rule names it.
    fn allowed(&self, host: &Host) -> Vec<u16> {
        let rules = self.rules.iter().filter(|it| it.names(host));
        let mut ports: Vec<u16> = rules.flat_map(|it| it.ports()).copied().collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// The ports at which a host is reached, in order; none if nothing names it.
    pub(super) fn ports(&self, host: &Host) -> Vec<u16> {
        let services = self.services.iter().map(HostedService::target);
        let served = services.filter(|it| it.host == *host).map(|it| it.port);
        let mut ports = self.allowed(host);
        ports.extend(served);
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    pub(super) fn check(&self, target: &Target) -> Result<(), Refusal> {
        let ports = self.allowed(&target.host);
        if ports.contains(&target.port) {
            return Ok(());
        }
        Err(if ports.is_empty() { Refusal::Host } else { Refusal::Port })
    }

    /// Says why the address that a target led to is not connected to. One that a rule names itself may be
    /// anything.
    pub(super) fn check_address(&self, address: IpAddr, port: u16) -> Result<(), Refusal> {
        let forbidden = |reason| Refusal::Address { address, reason };
        if self.allowed(&Host::Address(super::target::plain(address))).contains(&port) {
            return Ok(());
        }
        address::check(address).map_err(forbidden)?;
        if address::is_own(address) {
            return Err(forbidden(address::Forbidden::OwnMachine));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(rules: &[&str]) -> Policy {
        Policy::new(rules.iter().map(|it| it.parse().unwrap()).collect(), Vec::new())
    }

    fn check(rules: &[&str], target: &str) -> Result<(), Refusal> {
        policy(rules).check(&Target::parse(target, None).unwrap())
    }

    #[test]
    fn only_hosts_and_ports_of_a_rule_are_allowed() {
        let rules = ["pypi.org", "*.npmjs.org:443", "10.0.0.5:5432", "pypi.org:8443"];
        for target in ["pypi.org:443", "pypi.org:80", "pypi.org:8443", "a.npmjs.org:443"] {
            assert_eq!(check(&rules, target), Ok(()), "{target}");
        }
        assert_eq!(check(&rules, "10.0.0.5:5432"), Ok(()));
        for target in ["pypi.org:25", "pypi.org:22", "a.npmjs.org:80", "10.0.0.5:80"] {
            assert_eq!(check(&rules, target), Err(Refusal::Port), "{target}");
        }
        for target in ["evil.test:443", "npmjs.org:443", "10.0.0.6:5432", "151.101.0.223:443"] {
            assert_eq!(check(&rules, target), Err(Refusal::Host), "{target}");
        }
        assert_eq!(check(&[], "pypi.org:443"), Err(Refusal::Host));
    }

    #[test]
    fn a_private_address_must_be_named_itself_with_its_port() {
        let policy = policy(&["db.test:5432", "10.0.0.5:5432", "127.0.0.1:8080"]);
        let check = |address: &str, port| policy.check_address(address.parse().unwrap(), port);
        assert_eq!(check("10.0.0.5", 5432), Ok(()));
        assert_eq!(check("::ffff:10.0.0.5", 5432), Ok(()));
        assert_eq!(check("127.0.0.1", 8080), Ok(()));
        assert_eq!(check("1.1.1.1", 443), Ok(()));
        for (address, port) in
            [("10.0.0.5", 80), ("10.0.0.6", 5432), ("127.0.0.1", 80), ("::1", 8080)]
        {
            let refused = check(address, port);
            assert!(matches!(refused, Err(Refusal::Address { .. })), "{address} {refused:?}");
        }
    }
}
