//! What programs of this sandbox listen on, as `/proc/net` tells.
//!
//! Only sockets of our own user count: where the network is the host's, the others are not ours to show
//! or to open.

use std::{
    fs::File,
    io::Read,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use guest::{ListeningPort, MAX_PORTS};
use rustix::{io::Errno, process::getuid};

/// Most bytes read of each table, some 6 000 sockets; the kernel lists those that listen first.
const LONGEST: u64 = 1 << 20;

/// `TCP_LISTEN` of `net/tcp_states.h`.
const LISTENING: &str = "0A";

/// The TCP ports, in order and without repetition.
pub(super) fn listening() -> Result<Vec<ListeningPort>, Errno> {
    let user = getuid().as_raw();
    let mut ports = Vec::new();
    for path in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let mut table = String::new();
        match File::open(path).and_then(|it| it.take(LONGEST).read_to_string(&mut table)) {
            Ok(_) => ports.extend(table.lines().filter_map(|it| parse(it, user))),
            // A kernel without IPv6.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Errno::from_io_error(&error).unwrap_or(Errno::IO)),
        }
    }
    ports.sort_unstable();
    ports.dedup();
    ports.truncate(MAX_PORTS);
    Ok(ports)
}

/// Where to connect to for one of them: the loopback address if it is bound to that or to all.
pub(super) fn to_dial(ports: &[ListeningPort], port: u16) -> Vec<SocketAddr> {
    let addresses = ports.iter().filter(|it| it.port == port).map(|it| it.address);
    let dialled = addresses.filter_map(|it| {
        let address = match it {
            IpAddr::V4(Ipv4Addr::UNSPECIFIED) => Ipv4Addr::LOCALHOST.into(),
            // Bound to all of IPv6 usually means all of IPv4 too, but not always.
            IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Ipv6Addr::LOCALHOST.into(),
            other if other.is_loopback() => other,
            IpAddr::V4(_) | IpAddr::V6(_) => return None,
        };
        Some(SocketAddr::new(address, port))
    });
    dialled.collect()
}

/// A line is `sl local remote st queues timer retransmits uid …`.
fn parse(line: &str, user: u32) -> Option<ListeningPort> {
    let mut fields = line.split_ascii_whitespace();
    let local = fields.nth(1)?;
    let state = fields.nth(1)?;
    let owner: u32 = fields.nth(3)?.parse().ok()?;
    let (address, port) = local.split_once(':')?;
    if state != LISTENING || owner != user {
        return None;
    }
    let port = u16::from_str_radix(port, 16).ok()?;
    Some(ListeningPort { port, address: address_of(address)? })
}

/// The kernel prints each word of an address as the number that this machine reads in it.
fn address_of(hex: &str) -> Option<IpAddr> {
    let word = |at: usize| {
        let digits = hex.get(at * 8..at * 8 + 8)?;
        Some(u32::from_str_radix(digits, 16).ok()?.to_ne_bytes())
    };
    match hex.len() {
        8 => Some(IpAddr::V4(word(0)?.into())),
        32 => {
            let mut bytes = [0; 16];
            for (index, chunk) in bytes.chunks_exact_mut(4).enumerate() {
                chunk.copy_from_slice(&word(index)?);
            }
            let address = Ipv6Addr::from(bytes);
            Some(address.to_ipv4_mapped().map_or(IpAddr::V6(address), IpAddr::V4))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_endian = "little")]
    fn listening_sockets_of_our_user_are_found() {
        let line = |address: &str, state: &str, user: u32| {
            format!(
                "   0: {address}:1F90 00000000:0000 {state} 00000000:00000000 00:00000000 00000000  \
                 {user}        0 123 1 0000000000000000 100 0 0 10 0"
            )
        };
        let found = |address, state, user| parse(&line(address, state, user), 1000);
        let port = |address: &str| ListeningPort { port: 8080, address: address.parse().unwrap() };
        assert_eq!(found("0100007F", "0A", 1000), Some(port("127.0.0.1")));
        let six = "00000000000000000000000001000000";
        assert_eq!(found(six, "0A", 1000), Some(port("::1")));
        let mapped = "0000000000000000FFFF00000100007F";
        assert_eq!(found(mapped, "0A", 1000), Some(port("127.0.0.1")));
        assert_eq!(found("0100007F", "01", 1000), None);
        assert_eq!(found("0100007F", "0A", 0), None);
        assert_eq!(found("0100", "0A", 1000), None);
        assert_eq!(parse("  sl  local_address rem_address   st tx_queue", 1000), None);
    }

    #[test]
    fn a_port_is_dialled_where_it_is_bound() {
        let bound = |address: &str| ListeningPort { port: 80, address: address.parse().unwrap() };
        let dialled = |address| to_dial(&[bound(address)], 80).first().map(ToString::to_string);
        assert_eq!(dialled("0.0.0.0").as_deref(), Some("127.0.0.1:80"));
        assert_eq!(dialled("127.3.0.1").as_deref(), Some("127.3.0.1:80"));
        assert_eq!(dialled("::").as_deref(), Some("[::1]:80"));
        assert_eq!(dialled("10.0.0.1"), None);
        assert_eq!(to_dial(&[bound("0.0.0.0")], 81), []);
    }
}
