//! Which addresses a name may lead to.
//!
//! A name is chosen by its owner, who may be hostile and point it anywhere: only addresses of the public
//! internet are good, by IANA's registries of special purposes, and never one of this machine.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, UdpSocket};

use super::target::plain;

/// Why an address is not connected to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[error("a private address")]
    Private,
    #[error("an address of this machine")]
    OwnMachine,
    #[error("a link-local address, where clouds keep their metadata")]
    LinkLocal,
    #[error("an address of no host")]
    Special,
}

/// Says why an address is none of the public internet.
pub(crate) fn check(address: IpAddr) -> Result<(), Forbidden> {
    match plain(address) {
        IpAddr::V4(address) => check_v4(address),
        IpAddr::V6(address) => check_v6(address),
    }
}

/// Whether a name may lead to an address without a rule that names the address itself.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    check(address).is_ok() && !is_own(address)
}

fn check_v4(address: Ipv4Addr) -> Result<(), Forbidden> {
    let forbidden = match address.octets() {
        [127, ..] | [0, ..] => Forbidden::OwnMachine,
        // RFC 1918, and RFC 6598 for what a provider shares among its customers.
        [10, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] => Forbidden::Private,
        // The second is Azure's, in the public range.
        [169, 254, ..] | [168, 63, 129, 16] => Forbidden::LinkLocal,
        // Protocol assignments, documentation, 6to4 relays, benchmarks, multicast, reserved, broadcast.
        [192, 0, 0 | 2, _]
        | [192, 88, 99, _]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [224..=255, ..] => Forbidden::Special,
        _ => return Ok(()),
    };
    Err(forbidden)
}

fn check_v6(address: Ipv6Addr) -> Result<(), Forbidden> {
    let [a, b, _, _, _, _, g, h] = address.segments();
    let forbidden = match (a, b) {
        _ if address.is_loopback() || address.is_unspecified() => Forbidden::OwnMachine,
        // NAT64 (RFC 6052) leads to the IPv4 address at its end.
        (0x64, 0xff9b) if address.segments()[2..6] == [0; 4] => {
            let [a, b] = g.to_be_bytes();
            let [c, d] = h.to_be_bytes();
            return check_v4(Ipv4Addr::new(a, b, c, d));
        }
        (0xfe80..=0xfebf, _) => Forbidden::LinkLocal,
        (0xfc00..=0xfdff | 0xfec0..=0xfeff, _) => Forbidden::Private,
        // Teredo and other protocols, documentation, 6to4: each could hide an IPv4 address or has no host.
        (0x2001, 0..=0x1ff | 0xdb8) | (0x2002, _) | (0x3fff, 0..=0xfff) => Forbidden::Special,
        (0x2000..=0x3fff, _) => return Ok(()),
        _ => Forbidden::Special,
    };
    Err(forbidden)
}

/// Whether an address belongs to this machine, whatever it is: only such can be bound to.
pub(crate) fn is_own(address: IpAddr) -> bool {
    let binds = |address| UdpSocket::bind((address, 0)).is_ok();
    // Of documentation, so nobody's. Where it can be bound to, `ip_nonlocal_bind` makes that meaningless.
    const NOBODY: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    if binds(NOBODY) { speaks_to_itself(address) } else { binds(plain(address)) }
}

/// The kernel gives a socket that is connected to an address of this machine the same one as its own.
fn speaks_to_itself(address: IpAddr) -> bool {
    let any: IpAddr = match address {
        IpAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        IpAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    // Connecting sends nothing; the port is never used.
    let connected = UdpSocket::bind((any, 0)).and_then(|socket| {
        socket.connect((address, 9))?;
        socket.local_addr()
    });
    connected.is_ok_and(|it| it.ip() == address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_are_good() {
        for text in ["1.1.1.1", "8.8.8.8", "172.32.0.1", "100.128.0.1", "192.0.1.1", "223.1.1.1"] {
            assert_eq!(check(text.parse().unwrap()), Ok(()), "{text}");
        }
        for text in ["2606:4700:4700::1111", "2a00:1450::1", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8"] {
            assert_eq!(check(text.parse().unwrap()), Ok(()), "{text}");
        }
    }

    #[test]
    fn private_local_and_special_addresses_are_refused() {
        for (text, why) in [
            ("0.0.0.0", Forbidden::OwnMachine),
            ("127.0.0.1", Forbidden::OwnMachine),
            ("127.255.0.1", Forbidden::OwnMachine),
            ("10.1.2.3", Forbidden::Private),
            ("172.16.0.1", Forbidden::Private),
            ("172.31.255.255", Forbidden::Private),
            ("192.168.1.1", Forbidden::Private),
            ("100.64.0.1", Forbidden::Private),
            ("100.100.100.200", Forbidden::Private),
            ("169.254.169.254", Forbidden::LinkLocal),
            ("168.63.129.16", Forbidden::LinkLocal),
            ("192.0.0.192", Forbidden::Special),
            ("192.0.2.1", Forbidden::Special),
            ("198.18.0.1", Forbidden::Special),
            ("198.51.100.1", Forbidden::Special),
            ("203.0.113.1", Forbidden::Special),
            ("224.0.0.1", Forbidden::Special),
            ("240.0.0.1", Forbidden::Special),
            ("255.255.255.255", Forbidden::Special),
            ("::", Forbidden::OwnMachine),
            ("::1", Forbidden::OwnMachine),
            ("::ffff:127.0.0.1", Forbidden::OwnMachine),
            ("::ffff:169.254.169.254", Forbidden::LinkLocal),
            ("::169.254.169.254", Forbidden::Special),
            ("64:ff9b::169.254.169.254", Forbidden::LinkLocal),
            ("64:ff9b::10.0.0.1", Forbidden::Private),
            ("64:ff9b:1::1", Forbidden::Special),
            ("fe80::1", Forbidden::LinkLocal),
            ("fd00:ec2::254", Forbidden::Private),
            ("fc00::1", Forbidden::Private),
            ("fec0::1", Forbidden::Private),
            ("ff02::1", Forbidden::Special),
            ("2001::1", Forbidden::Special),
            ("2001:db8::1", Forbidden::Special),
            ("2002:a9fe:a9fe::1", Forbidden::Special),
            ("3fff::1", Forbidden::Special),
            ("100::1", Forbidden::Special),
        ] {
            assert_eq!(check(text.parse().unwrap()), Err(why), "{text}");
        }
    }

    #[test]
    fn addresses_of_this_machine_are_known() {
        assert!(is_own("127.0.0.1".parse().unwrap()));
        assert!(!is_own("1.1.1.1".parse().unwrap()));
        assert!(speaks_to_itself("127.0.0.1".parse().unwrap()));
    }
}
