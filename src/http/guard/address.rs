//! The address from which a request came.

use crate::http::House;
use actix_web::HttpRequest;
use actix_web::web::Data;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The client's address: the peer's, or what a trusted proxy says of whom it speaks for.
pub fn of(request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip().to_canonical());
    let trusted = request.app_data::<Data<House>>().map(|house| house.config.trusted_proxies.as_slice()).unwrap_or_default();
    let said = request.headers().get_all("x-forwarded-for").filter_map(|value| value.to_str().ok());
    behind(peer, trusted, &said.collect::<Vec<_>>().join(","))
}

/// From the right, the first that is no trusted proxy: what stands to its left anybody may have written.
fn behind(peer: IpAddr, trusted: &[IpAddr], said: &str) -> IpAddr {
    let mut client = peer;
    for step in said.rsplit(',').map(str::trim) {
        match step.parse::<IpAddr>() {
            Ok(address) if trusted.contains(&client) => client = address.to_canonical(),
            _ => break,
        }
    }
    client
}

/// What counts as one address when requests are counted: a whole network of 64 bits in IPv6, which one house has to itself.
pub fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => IpAddr::V6(Ipv6Addr::from_bits(six.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        let trusted = [ip("10.0.0.1"), ip("10.0.0.2")];
        assert_eq!(behind(ip("7.7.7.7"), &trusted, "1.1.1.1"), ip("7.7.7.7"));
        assert_eq!(behind(ip("10.0.0.1"), &trusted, "1.1.1.1, 2.2.2.2, 10.0.0.2"), ip("2.2.2.2"));
        assert_eq!(behind(ip("10.0.0.1"), &trusted, "nonsense"), ip("10.0.0.1"));
        assert_eq!(behind(ip("10.0.0.1"), &trusted, ""), ip("10.0.0.1"));
    }

    #[test]
    fn a_household_is_one_address() {
        assert_eq!(household(ip("2001:db8:1:2:3:4:5:6")), household(ip("2001:db8:1:2::9")));
        assert_ne!(household(ip("2001:db8:1:3::9")), household(ip("2001:db8:1:2::9")));
    }
}
