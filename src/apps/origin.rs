//! Web addresses as far as settings need them: origins as browsers send them, `host:port` pairs, whole addresses. Fetches
//! nothing and resolves nothing; what may be called is decided where it is called.

use crate::error::{Error, Result};

/// An origin such as `https://oa.example` or `http://127.0.0.1:8090`, in the form in which browsers send it.
pub fn parse(text: &str) -> Result<String> {
    let wrong = || Error::invalid("origins", format!("`{text}` is no origin; expected one such as https://oa.example"));
    let (scheme, rest) = split(text).ok_or_else(wrong)?;
    let (host, port) = authority(rest.strip_suffix('/').unwrap_or(rest)).ok_or_else(wrong)?;
    match port {
        Some(port) if port != standard(scheme) => Ok(format!("{scheme}://{host}:{port}")),
        _ => Ok(format!("{scheme}://{host}")),
    }
}

/// `host:port`, both written out.
pub fn parse_host_port(text: &str) -> Result<String> {
    match authority(text) {
        Some((host, Some(port))) => Ok(format!("{host}:{port}")),
        _ => Err(Error::invalid("approved", format!("`{text}` is no host and port; expected one such as 10.0.0.5:8443"))),
    }
}

/// A whole `http` or `https` address of at most 500 bytes, without a user, a password or a fragment.
pub fn parse_address(field: &str, text: &str) -> Result<String> {
    let shown: String = text.chars().take(60).collect();
    let wrong = || Error::invalid(field, format!("`{shown}` is no address; expected one such as https://oa.example/chat"));
    let plain = text.len() <= 500 && text.bytes().all(|b| b.is_ascii_graphic()) && !text.contains(['#', '\\', '"', '<', '>']);
    let (scheme, rest) = split(text).filter(|_| plain).ok_or_else(wrong)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, port) = authority(&rest[..end]).ok_or_else(wrong)?;
    let port = port.filter(|port| *port != standard(scheme)).map(|port| format!(":{port}")).unwrap_or_default();
    Ok(format!("{scheme}://{host}{port}{}", &rest[end..]))
}

/// The `host:port` of a checked address.
pub fn host_port(address: &str) -> String {
    let Some((scheme, rest)) = split(address) else { return String::new() };
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, port) = authority(&rest[..end]).unwrap_or_default();
    format!("{host}:{}", port.unwrap_or(standard(scheme)))
}

/// The origin of a checked address.
pub fn of(address: &str) -> Option<String> {
    let (scheme, rest) = split(address)?;
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    parse(&format!("{scheme}://{}", &rest[..end])).ok()
}

fn split(text: &str) -> Option<(&'static str, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    match scheme.to_ascii_lowercase().as_str() {
        "https" => Some(("https", rest)),
        "http" => Some(("http", rest)),
        _ => None,
    }
}

fn standard(scheme: &str) -> u16 {
    if scheme == "https" { 443 } else { 80 }
}

/// A host name, an IPv4 address or an IPv6 address in brackets, and the port where one is given.
fn authority(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.rfind(':') {
        Some(at) if !text.ends_with(']') => (&text[..at], Some(text[at + 1..].parse().ok().filter(|p| *p > 0)?)),
        _ => (text, None),
    };
    let host = host.to_ascii_lowercase();
    let name = |h: &str| !h.is_empty() && h.len() <= 253 && h.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
    let six = host.strip_prefix('[').and_then(|h| h.strip_suffix(']'));
    match six {
        Some(six) => six.parse::<std::net::Ipv6Addr>().ok().map(|six| (format!("[{six}]"), port)),
        None => name(&host).then_some((host, port)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_kept_as_browsers_send_them() {
        for (given, kept) in [
            ("https://OA.example/", "https://oa.example"),
            ("https://oa.example:443", "https://oa.example"),
            ("http://127.0.0.1:8090", "http://127.0.0.1:8090"),
            ("http://[::1]:80", "http://[::1]"),
        ] {
            assert_eq!(parse(given).unwrap(), kept);
        }
        for bad in [
            "",
            "*",
            "null",
            "oa.example",
            "ftp://oa.example",
            "https://oa.example/x",
            "https://a@b",
            "https://a:0",
            "https://a:b",
        ] {
            assert!(parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn addresses_have_no_user_and_no_fragment() {
        assert_eq!(parse_address("u", "HTTPS://Oa.example:443/A?b=1").unwrap(), "https://oa.example/A?b=1");
        for bad in ["https://a:b@c/", "https://a/#b", "javascript:alert(1)", "https:///x", "https://a b/"] {
            assert!(parse_address("u", bad).is_err(), "{bad}");
        }
        assert_eq!(host_port("https://oa.example/x"), "oa.example:443");
        assert_eq!(host_port("http://127.0.0.1:9/x"), "127.0.0.1:9");
        assert_eq!(of("http://127.0.0.1:9/x").as_deref(), Some("http://127.0.0.1:9"));
    }

    #[test]
    fn an_approval_names_host_and_port() {
        assert_eq!(parse_host_port("LocalHost:8090").unwrap(), "localhost:8090");
        for bad in ["localhost", "localhost:", ":80", "a:70000", "http://a:1"] {
            assert!(parse_host_port(bad).is_err(), "{bad}");
        }
    }
}
