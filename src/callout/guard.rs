//! Whether an address that an application registered may be called, and at which network addresses exactly. It answers
//! with the addresses that were checked; whoever calls connects to these and no others.

use crate::callout::address::{Standing, judge};
use crate::error::{Error, Result};
use reqwest::Url;
use std::net::{IpAddr, SocketAddr, UdpSocket};

/// An address that was read and is allowed as far as can be seen without asking for its host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    pub url: Url,
    /// In the form of an address: IPv6 in brackets.
    pub host: String,
    pub port: u16,
    approved: bool,
}

/// Reads an address that is to be called: HTTPS, or plain HTTP where `host:port` is approved; no user, no fragment; a network address in
/// the place of a name is checked at once.
pub fn parse(text: &str, approved: &[String]) -> Result<Target> {
    let wrong = |reason: &str| Error::invalid("callback", format!("the address {reason}"));
    let url = Url::parse(text).map_err(|e| wrong(&format!("is not one: {e}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("must begin with https://"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
        return Err(wrong("may contain neither a user nor a fragment (#)"));
    }
    let host = url.host_str().unwrap_or_default().to_string();
    let port = url.port_or_known_default().filter(|port| *port > 0).ok_or_else(|| wrong("needs a port above 0"))?;
    let target = Target { approved: is_approved(&host, port, approved), url, host, port };
    if !target.is_secure() && !target.approved {
        let (host, port) = (&target.host, target.port);
        return Err(wrong(&format!("must begin with https://, unless {host}:{port} is approved and private")));
    }
    match target.literal() {
        Some(ip) => target.judge(ip).map(|()| target),
        None => Ok(target),
    }
}

/// Whether the list has this host and port, however they are written.
fn is_approved(host: &str, port: u16, approved: &[String]) -> bool {
    approved.iter().filter_map(|entry| host_and_port(entry)).any(|(h, p)| (h.as_str(), p) == (host, port))
}

/// Reads `host:port`, as the list of approved ones has it.
pub fn host_and_port(text: &str) -> Option<(String, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let port = port.parse().ok().filter(|port| *port > 0)?;
    let url = Url::parse(&format!("http://{host}/")).ok().filter(|url| url.path() == "/" && url.port().is_none())?;
    let host = url.host_str().filter(|_| url.username().is_empty())?;
    Some((host.to_string(), port))
}

impl Target {
    pub fn is_secure(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The network address that stands in the place of a name. `Url` has already brought `0x7f.1` and the like into form.
    pub fn literal(&self) -> Option<IpAddr> {
        self.host.trim_start_matches('[').trim_end_matches(']').parse().ok()
    }

    /// Checks every address that the host's name stands for; one that is refused refuses all.
    pub fn check(&self, found: &[SocketAddr], own: &[SocketAddr]) -> Result<Vec<SocketAddr>> {
        if found.is_empty() {
            return Err(Error::Forbidden(format!("the name {} stands for no address", self.host)));
        }
        let mut checked = Vec::with_capacity(found.len());
        for address in found {
            let address = SocketAddr::new(address.ip(), self.port);
            self.judge(address.ip())?;
            if own.iter().any(|own| is_same(own, &address)) {
                return Err(Error::Forbidden(format!("{address} is this server itself")));
            }
            checked.push(address);
        }
        checked.sort_unstable();
        checked.dedup();
        Ok(checked)
    }

    fn judge(&self, ip: IpAddr) -> Result<()> {
        let (host, port) = (&self.host, self.port);
        match judge(ip) {
            Standing::Forbidden(what) => Err(Error::Forbidden(format!("{ip} is {what}; it is never called"))),
            Standing::Private if !self.approved => {
                Err(Error::Forbidden(format!("{ip} is not public; it is called only when {host}:{port} is approved")))
            }
            Standing::Public if !self.is_secure() => {
                Err(Error::Forbidden(format!("{ip} is public; it is called by https:// only")))
            }
            _ => Ok(()),
        }
    }
}

/// Whether calling `address` would reach the listener `own`, which may listen on all of this machine's addresses.
fn is_same(own: &SocketAddr, address: &SocketAddr) -> bool {
    let ip = address.ip().to_canonical();
    // Only an address of this machine can be bound.
    own.port() == address.port() && (own.ip() == ip || own.ip().is_unspecified() && UdpSocket::bind((ip, 0)).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn approved() -> Vec<String> {
        ["127.0.0.1:9000", "Intra.Example:8080", "[::1]:9000", "169.254.169.254:80", "8.8.8.8:80", "localhost:443", "broken"]
            .map(String::from)
            .to_vec()
    }

    fn refused(url: &str) -> String {
        parse(url, &approved()).unwrap_err().sentence()
    }

    #[test]
    fn hostile_addresses_are_refused_before_anything_is_asked() {
        for (url, reason) in [
            ("", "is not one"),
            ("oa.example/hook", "is not one"),
            ("https://", "is not one"),
            ("ftp://oa.example/", "must begin with https"),
            ("file:///etc/passwd", "must begin with https"),
            ("javascript:alert(1)", "must begin with https"),
            ("http://oa.example/", "unless oa.example:80 is approved"),
            ("http://intra.example:8081/", "unless intra.example:8081 is approved"),
            ("https://root:secret@oa.example/", "neither a user"),
            ("https://oa.example/#x", "neither a user"),
            ("https://oa.example:0/", "port above 0"),
            ("https://127.0.0.1/", "127.0.0.1:443 is approved"),
            ("https://0x7f.1/", "127.0.0.1 is not public"),
            ("https://2130706433/", "127.0.0.1 is not public"),
            ("https://017700000001/", "127.0.0.1 is not public"),
            ("https://127.1/", "127.0.0.1 is not public"),
            ("https://[::1]/", "::1 is not public"),
            ("https://[::ffff:10.0.0.1]/", "is not public"),
            ("https://[::ffff:a9fe:a9fe]/", "metadata"),
            ("https://[64:ff9b::10.0.0.1]/", "is not public"),
            ("https://[fd00:ec2::254]/", "metadata"),
            ("http://169.254.169.254/latest/meta-data", "metadata"),
            ("https://0/", "no address at all"),
            ("https://[fe80::1]/", "link-local"),
            ("https://255.255.255.255/", "broadcast"),
            ("http://8.8.8.8/", "https:// only"),
        ] {
            assert!(refused(url).contains(reason), "{url}: {}", refused(url));
            assert!(!refused(url).contains("callback"), "it may be an identity provider's: {}", refused(url));
        }
    }

    #[test]
    fn what_is_public_or_approved_passes() {
        for url in [
            "https://oa.example/hook?x=1",
            "https://8.8.8.8/",
            "http://127.0.0.1:9000/hook",
            "http://0x7f.1:9000/hook",
            "http://intra.example:8080/",
            "http://INTRA.example:8080/",
            "http://[::1]:9000/",
            "https://localhost/",
        ] {
            assert!(parse(url, &approved()).is_ok(), "{url}");
        }
    }

    #[test]
    fn every_address_of_a_name_must_be_allowed() {
        let addresses = |text: &str| text.split(' ').map(|a| SocketAddr::new(a.parse().unwrap(), 1)).collect::<Vec<_>>();
        let own = ["127.0.0.1:9000".parse().unwrap()];
        for (url, found, allowed) in [
            ("https://oa.example/", "8.8.8.8 2606:4700::1", true),
            ("https://oa.example/", "8.8.8.8 10.0.0.1", false),
            ("https://oa.example/", "8.8.8.8 ::ffff:127.0.0.1", false),
            ("https://localhost/", "127.0.0.1 ::1", true),
            ("http://intra.example:8080/", "10.0.0.1", true),
            ("http://intra.example:8080/", "10.0.0.1 8.8.8.8", false),
            ("http://intra.example:8080/", "10.0.0.1 169.254.169.254", false),
            ("http://127.0.0.1:9000/", "127.0.0.1", false),
        ] {
            let target = parse(url, &approved()).unwrap();
            assert_eq!(target.check(&addresses(found), &own).is_ok(), allowed, "{url} at {found}");
        }
        let checked = parse("http://intra.example:8080/", &approved()).unwrap().check(&addresses("10.0.0.2 10.0.0.1"), &own);
        assert_eq!(checked.unwrap(), ["10.0.0.1:8080".parse().unwrap(), "10.0.0.2:8080".parse().unwrap()]);
        assert!(parse("https://oa.example/", &[]).unwrap().check(&[], &own).is_err());
    }

    #[test]
    fn a_listener_on_all_addresses_is_known_at_each_of_them() {
        let all = "0.0.0.0:8080".parse().unwrap();
        assert!(is_same(&all, &"127.0.0.1:8080".parse().unwrap()));
        assert!(is_same(&all, &"[::ffff:127.0.0.1]:8080".parse().unwrap()));
        assert!(!is_same(&all, &"127.0.0.1:8081".parse().unwrap()));
        assert!(!is_same(&all, &"8.8.8.8:8080".parse().unwrap()));
        assert!(!is_same(&"10.0.0.1:8080".parse().unwrap(), &"127.0.0.1:8080".parse().unwrap()));
    }
}
