//! Which address a request comes from, also behind proxies.
//!
//! A header is believed only if it is the one that was configured and the connection comes from a trusted proxy.
//! Then the list is read from its end, where the nearest proxy wrote: the first address that is no trusted proxy is
//! the client. Whatever stands before it may be the client's own invention.

use actix_web::http::header::HeaderMap;
use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    str::FromStr,
};

/// Which header trusted proxies write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ForwardedBy {
    /// `X-Forwarded-For: client, proxy`.
    #[default]
    XForwardedFor,
    /// `Forwarded: for=client, for=proxy` (RFC 7239).
    Forwarded,
}

impl ForwardedBy {
    fn header(self) -> &'static str {
        match self {
            Self::XForwardedFor => "x-forwarded-for",
            Self::Forwarded => "forwarded",
        }
    }
}

impl FromStr for ForwardedBy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = [Self::XForwardedFor, Self::Forwarded];
        known
            .into_iter()
            .find(|by| by.header() == text)
            .ok_or_else(|| format!("{text:?} must be x-forwarded-for or forwarded"))
    }
}

/// A network of proxies, such as `10.0.0.0/8`; a bare address is a network of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    first: u128,
    mask: u128,
}

impl Network {
    fn has(self, address: IpAddr) -> bool {
        bits(address) & self.mask == self.first
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || format!("{text:?} must be an address, or a network such as 10.0.0.0/8");
        let (address, length) = text.split_once('/').map_or((text, None), |(a, l)| (a, Some(l)));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let most: u32 = if address.is_ipv4() { 32 } else { 128 };
        let length: u32 = length.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
        let host_bits = most.checked_sub(length).ok_or_else(wrong)?;
        let mask = u128::MAX.checked_shl(host_bits).unwrap_or(0);
        Ok(Self { first: bits(address) & mask, mask })
    }
}

/// An address as a number; IPv4 stands where IPv6 maps it.
fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(v4) => v4.to_ipv6_mapped().to_bits(),
        IpAddr::V6(v6) => v6.to_bits(),
    }
}

/// The proxies whose word is taken.
#[derive(Debug, Clone, Default)]
pub struct Proxies {
    /// Where they are; none is trusted by default.
    pub trusted: Vec<Network>,
    /// What they write.
    pub forwarded_by: ForwardedBy,
}

impl Proxies {
    /// What a request is counted under: its client's IPv4 address, or the /64 of its IPv6 address, since a customer
    /// has at least that much to choose from. A request without a peer, as in tests, counts under `0.0.0.0`.
    #[must_use]
    pub fn counted(&self, peer: Option<SocketAddr>, headers: &HeaderMap) -> IpAddr {
        let peer = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        let client = if self.trusts(peer) { self.told(headers).unwrap_or(peer) } else { peer };
        match client.to_canonical() {
            IpAddr::V4(v4) => IpAddr::V4(v4),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        }
    }

    fn trusts(&self, address: IpAddr) -> bool {
        self.trusted.iter().any(|network| network.has(address))
    }

    /// The nearest address that is no proxy of ours; none when the list cannot be read up to it.
    fn told(&self, headers: &HeaderMap) -> Option<IpAddr> {
        let name = self.forwarded_by.header();
        let lines: Vec<&str> = headers.get_all(name).map(|line| line.to_str().unwrap_or("?")).collect();
        let mut entries = lines.iter().rev().flat_map(|line| line.rsplit(','));
        let read = |entry: &str| match self.forwarded_by {
            ForwardedBy::XForwardedFor => address(entry),
            ForwardedBy::Forwarded => entry.split(';').find_map(|pair| {
                let (key, value) = pair.split_once('=')?;
                if key.trim().eq_ignore_ascii_case("for") { address(value) } else { None }
            }),
        };
        entries.find_map(|entry| match read(entry) {
            Some(address) if self.trusts(address) => None,
            other => Some(other),
        })?
    }
}

/// An address as proxies write it: bare, quoted, in brackets, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim().trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|address| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::http::header::{HeaderName, HeaderValue};

    fn counted(proxies: &Proxies, peer: &str, lines: &[(&'static str, &'static str)]) -> String {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        proxies.counted(Some(SocketAddr::new(peer.parse().unwrap(), 9)), &headers).to_string()
    }

    #[test]
    fn nobody_is_believed_by_default() {
        let forged = [("x-forwarded-for", "9.9.9.9"), ("forwarded", "for=9.9.9.9")];
        assert_eq!(counted(&Proxies::default(), "1.2.3.4", &forged), "1.2.3.4");
        assert_eq!(counted(&Proxies::default(), "::ffff:1.2.3.4", &forged), "1.2.3.4");
        assert_eq!(counted(&Proxies::default(), "2001:db8:1:2:3:4:5:6", &[]), "2001:db8:1:2::");
    }

    #[test]
    fn a_trusted_proxy_tells_the_nearest_stranger() {
        let trusted = vec!["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        let proxies = Proxies { trusted: trusted.clone(), forwarded_by: ForwardedBy::XForwardedFor };
        let told = |lines: &[(&'static str, &'static str)]| counted(&proxies, "10.1.1.1", lines);
        assert_eq!(told(&[("x-forwarded-for", "6.6.6.6, 9.9.9.9, 10.2.2.2")]), "9.9.9.9");
        assert_eq!(told(&[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "9.9.9.9:80")]), "9.9.9.9");
        assert_eq!(told(&[("x-forwarded-for", "2001:db8::1")]), "2001:db8::");
        assert_eq!(told(&[("forwarded", "for=9.9.9.9")]), "10.1.1.1", "the other header is not believed");
        assert_eq!(told(&[("x-forwarded-for", "6.6.6.6, unknown")]), "10.1.1.1");
        assert_eq!(told(&[]), "10.1.1.1");
        assert_eq!(counted(&proxies, "11.1.1.1", &[("x-forwarded-for", "9.9.9.9")]), "11.1.1.1");
        let proxies = Proxies { trusted, forwarded_by: ForwardedBy::Forwarded };
        let line = [("forwarded", "for=6.6.6.6, For=\"[2001:db8::1]:80\";proto=https, for=\"[fd00::1]\"")];
        assert_eq!(counted(&proxies, "10.1.1.1", &line), "2001:db8::");
    }

    #[test]
    fn networks_are_read_strictly() {
        for wrong in ["", "ten", "10.0.0.0/33", "10.0.0.0/-1", "::/129", "10.0.0.0/"] {
            assert!(wrong.parse::<Network>().is_err(), "{wrong}");
        }
        let all: Network = "::/0".parse().unwrap();
        assert!(all.has("1.2.3.4".parse().unwrap()));
        let one: Network = "127.0.0.1".parse().unwrap();
        assert!(one.has("::ffff:127.0.0.1".parse().unwrap()) && !one.has("127.0.0.2".parse().unwrap()));
    }
}
