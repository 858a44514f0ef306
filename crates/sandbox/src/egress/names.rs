//! Which address stands for which name inside one sandbox, and what its listeners stand for.

use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddrV4},
};

use guest::{ListenerId, MAX_LISTENERS};

use super::{
    dns::Lookup,
    policy::Policy,
    target::{Host, Target},
};

/// Names of one sandbox. More are needed only by a program that goes through the names below a `*.`.
const MOST: usize = 256;

/// Listeners left to others: name service and the proxy.
const KEPT: usize = 8;

#[derive(Debug, Default)]
pub(super) struct Names {
    addresses: HashMap<String, Ipv4Addr>,
    targets: HashMap<ListenerId, Target>,
}

impl Names {
    /// What a program's connection to a listener is meant for.
    pub(super) fn target(&self, listener: ListenerId) -> Option<&Target> {
        self.targets.get(&listener)
    }

    /// The address for a name. For a new one, `listen` is called for each port that rules allow.
    pub(super) fn look_up(
        &mut self,
        name: &str,
        policy: &Policy,
        mut listen: impl FnMut(SocketAddrV4) -> ListenerId,
    ) -> Lookup {
        let Ok(host @ Host::Name(_)) = Host::parse(name) else { return Lookup::NoSuchName };
        let key = host.to_string();
        if let Some(address) = self.addresses.get(&key) {
            return Lookup::StandIn(*address);
        }
        let ports = policy.ports(&host);
        if ports.is_empty() {
            return Lookup::NoSuchName;
        }
        let listeners = self.targets.len() + ports.len();
        if self.addresses.len() >= MOST || listeners > MAX_LISTENERS - KEPT {
            return Lookup::NoneLeft;
        }
        let address = stand_in(self.addresses.len());
        for port in ports {
            let listener = listen(SocketAddrV4::new(address, port));
            self.targets.insert(listener, Target { host: host.clone(), port });
        }
        self.addresses.insert(key, address);
        Lookup::StandIn(address)
    }
}

/// One of 127.77.0.0/16, which belongs to the sandbox's own loopback.
fn stand_in(index: usize) -> Ipv4Addr {
    let [high, low] = u16::try_from(index + 1).expect("MOST fits into u16").to_be_bytes();
    Ipv4Addr::new(127, 77, high, low)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_keeps_its_address_and_each_port_its_listener() {
        let policy = Policy::new(
            vec!["pypi.org".parse().unwrap(), "pypi.org:8443".parse().unwrap()],
            Vec::new(),
        );
        let mut names = Names::default();
        let mut listeners = Vec::new();
        let mut look_up = |name: &str| {
            names.look_up(name, &policy, |address| {
                listeners.push(address);
                ListenerId(listeners.len() as u64)
            })
        };
        let found = look_up("PyPI.org");
        assert_eq!(found, Lookup::StandIn(Ipv4Addr::new(127, 77, 0, 1)));
        assert_eq!(look_up("pypi.org."), found);
        assert_eq!(look_up("evil.test"), Lookup::NoSuchName);
        assert_eq!(look_up("1.1.1.1"), Lookup::NoSuchName);
        assert_eq!(listeners.iter().map(|it| it.port()).collect::<Vec<_>>(), [80, 443, 8443]);
        assert_eq!(names.target(ListenerId(2)).unwrap().to_string(), "pypi.org:443");
    }

    #[test]
    fn the_names_below_a_domain_end() {
        let policy = Policy::new(vec!["*.example.com".parse().unwrap()], Vec::new());
        let mut names = Names::default();
        let mut count = 0;
        let mut look_up = |index: usize| {
            names.look_up(&format!("a{index}.example.com"), &policy, |_| {
                count += 1;
                ListenerId(count)
            })
        };
        let found: Vec<_> = (0..MOST + 10).map(&mut look_up).collect();
        assert!(found[..MOST].iter().all(|it| matches!(it, Lookup::StandIn(_))));
        assert!(found[MOST..].iter().all(|it| *it == Lookup::NoneLeft));
        assert!(matches!(look_up(0), Lookup::StandIn(_)));
    }
}
