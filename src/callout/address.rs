//! Which addresses may be called: public ones, private ones after approval, and some never, because nobody's application
//! answers there but a cloud's metadata service or a neighbour on the wire might. Forms that carry another address inside
//! are judged by both. Sources: the IANA special-purpose registries (RFC 6890), RFC 4291, 6052, 4380, 3056, 5214.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Public,
    /// Loopback or somebody's own network: only when approved.
    Private,
    /// Never, and why.
    Forbidden(&'static str),
}

use Standing::{Forbidden, Private, Public};

const METADATA: Standing = Forbidden("a cloud's metadata service");
const LINK_LOCAL: Standing = Forbidden("a link-local address");
const MULTICAST: Standing = Forbidden("a multicast address");
const UNSPECIFIED: Standing = Forbidden("no address at all");
const DOCUMENTATION: Standing = Forbidden("an address for documentation only");
const RESERVED: Standing = Forbidden("a reserved address");

pub fn judge(address: IpAddr) -> Standing {
    match address {
        IpAddr::V4(v4) => judge_v4(v4),
        IpAddr::V6(v6) => judge_v6(v6),
    }
}

fn judge_v4(address: Ipv4Addr) -> Standing {
    match address.octets() {
        [100, 100, 100, 200] | [168, 63, 129, 16] | [169, 254, 169, 254] | [192, 0, 0, 192] => METADATA,
        [0, ..] => UNSPECIFIED,
        [169, 254, ..] => LINK_LOCAL,
        [192, 0, 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => DOCUMENTATION,
        [192, 0, 0, _] | [192, 88, 99, _] => RESERVED,
        [224..=239, ..] => MULTICAST,
        [255, 255, 255, 255] => Forbidden("the broadcast address"),
        [240..=255, ..] => RESERVED,
        [10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] | [100, 64..=127, ..] | [198, 18..=19, ..] => Private,
        _ => Public,
    }
}

fn judge_v6(address: Ipv6Addr) -> Standing {
    let outer = match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => UNSPECIFIED,
        [0, 0, 0, 0, 0, 0, 0, 1] => return Private,
        // Nothing but a version 4 address in another dress: compatible, mapped, translated (SIIT), NAT64.
        [0, 0, 0, 0, 0, 0, ..] | [0, 0, 0, 0, 0, 0xffff, ..] | [0, 0, 0, 0, 0xffff, 0, ..] | [0x64, 0xff9b, 0, 0, 0, 0, ..] => {
            Public
        }
        [0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254] | [0xfd20, 0xce, 0, 0, 0, 0, 0, 0x254] => METADATA,
        [0xfe80..=0xfebf, ..] => LINK_LOCAL,
        [0xff00..=0xffff, ..] => MULTICAST,
        [0xfc00..=0xfdff, ..] | [0xfec0..=0xfeff, ..] => Private,
        [0x2001, 0xdb8, ..] | [0x3fff, 0..=0xfff, ..] => DOCUMENTATION,
        [0x2001, 0, ..] | [0x2002, ..] => Public,
        [0x2001, 0..=0x1ff, ..] => RESERVED,
        [0x2000..=0x3fff, ..] => Public,
        _ => RESERVED,
    };
    carried(address).into_iter().map(judge_v4).fold(outer, Standing::max)
}

/// The version 4 addresses that a version 6 address carries.
fn carried(address: Ipv6Addr) -> Vec<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from_bits((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0 | 0xffff, a, b] | [0, 0, 0, 0, 0xffff, 0, a, b] | [0x64, 0xff9b, 0, 0, 0, 0, a, b] => vec![v4(a, b)],
        // 6to4: the router's address follows the prefix.
        [0x2002, a, b, ..] => vec![v4(a, b)],
        // Teredo: the server's, and the client's with every bit turned.
        [0x2001, 0, a, b, _, _, c, d] => vec![v4(a, b), v4(!c, !d)],
        // ISATAP: the last half of the interface.
        [_, _, _, _, 0 | 0x200, 0x5efe, a, b] => vec![v4(a, b)],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(text: &str) -> &'static str {
        match judge(text.parse().unwrap()) {
            Public => "public",
            Private => "private",
            Forbidden(_) => "forbidden",
        }
    }

    #[test]
    fn every_range_has_its_standing() {
        let table = [
            ("public", "8.8.8.8 1.1.1.1 172.32.0.1 100.128.0.1 192.167.1.1 198.20.0.1 2606:4700:4700::1111 2a00:1450::1"),
            ("private", "127.0.0.1 127.8.9.10 10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 100.64.0.1 198.18.0.1"),
            ("private", "::1 fc00::1 fd12:3456::1 fec0::1"),
            ("forbidden", "0.0.0.0 0.1.2.3 169.254.169.254 169.254.170.2 169.254.0.1 100.100.100.200 168.63.129.16 192.0.0.192"),
            (
                "forbidden",
                "192.0.2.1 198.51.100.7 203.0.113.9 192.0.0.1 192.88.99.1 224.0.0.1 239.1.1.1 240.0.0.1 255.255.255.255",
            ),
            ("forbidden", ":: fe80::1 ff02::1 fd00:ec2::254 fd20:ce::254 2001:db8::1 3fff::1 100::1 5f00::1 2001:2::1 4000::1"),
            ("forbidden", "64:ff9b:1::a00:1 1::1"),
        ];
        for (expected, addresses) in table {
            for address in addresses.split(' ') {
                assert_eq!(standing(address), expected, "{address}");
            }
        }
    }

    #[test]
    fn an_address_inside_another_counts() {
        let table = [
            ("private", "::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:0:10.0.0.1 ::192.168.1.1 64:ff9b::10.0.0.1 2002:7f00:1::1"),
            (
                "private",
                "2002:a00:1:: 2001:0:4136:e378:8000:63bf:f5ff:fffe 2001:0:a00:1:8000:0:f7f7:f7f7 2606:4700::5efe:10.0.0.1",
            ),
            ("private", "2606:4700::200:5efe:192.168.0.1"),
            ("forbidden", "::ffff:169.254.169.254 64:ff9b::169.254.169.254 2002:a9fe:a9fe::1 ::ffff:0.0.0.0 ::ffff:224.0.0.1"),
            ("forbidden", "2001:0:4136:e378:8000:63bf:5601:5601 fe80::5efe:8.8.8.8 2001:db8::5efe:8.8.8.8"),
            ("public", "::ffff:8.8.8.8 64:ff9b::8.8.8.8 2002:808:808::1 2001:0:4136:e378:8000:63bf:f7f7:f7f7"),
        ];
        for (expected, addresses) in table {
            for address in addresses.split(' ') {
                assert_eq!(standing(address), expected, "{address}");
            }
        }
    }
}
