//! Until when the certificate of an https address is in force: a handshake, after which nothing is sent. The certificate is not
//! judged, so that one which has ended, or that nobody trusts, can be read too; whoever calls for real judges it.

use crate::callout::Callout;
use crate::callout::guard;
use crate::error::{Error, Result};
use crate::time::Moment;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, ClientConnection, DigitallySignedStruct, SignatureScheme};
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// For all of it.
const PATIENCE: Duration = Duration::from_secs(5);

impl Callout {
    /// None for an address that is none of https. The same addresses are reached as by a call.
    pub async fn certificate(&self, url: &str, approved: &[String]) -> Result<Option<Moment>> {
        let target = guard::parse(url, approved)?;
        if !target.is_secure() {
            return Ok(None);
        }
        let found = self.inner.outside.resolve(&target).await.map_err(|fault| Error::Unavailable(fault.reason))?;
        let addresses = target.check(&found, &self.inner.outside.own)?;
        let host = target.host.trim_matches(['[', ']']).to_string();
        let end = Instant::now() + PATIENCE;
        let shake = move || addresses.iter().find_map(|address| handshake(&host, *address, end).ok());
        let certificate = tokio::task::spawn_blocking(shake).await.map_err(Error::internal)?;
        let none = || Error::Unavailable("it gives no certificate".into());
        not_after(&certificate.ok_or_else(none)?)
            .map(Some)
            .ok_or_else(|| Error::Unavailable("its certificate cannot be read".into()))
    }
}

/// Blocks, until then at most: whoever answers byte by byte must not keep a thread.
fn handshake(host: &str, address: SocketAddr, end: Instant) -> std::io::Result<Vec<u8>> {
    let provider = CryptoProvider::get_default().ok_or_else(|| std::io::Error::other("no cryptography provider"))?.clone();
    let config = ClientConfig::builder().dangerous().with_custom_certificate_verifier(Arc::new(Unjudged(provider)));
    let name = ServerName::try_from(host.to_string()).map_err(std::io::Error::other)?;
    let mut connection = ClientConnection::new(Arc::new(config.with_no_client_auth()), name).map_err(std::io::Error::other)?;
    let mut socket = TcpStream::connect_timeout(&address, left(end)?)?;
    socket.set_write_timeout(Some(left(end)?))?;
    while connection.is_handshaking() {
        while connection.wants_write() {
            connection.write_tls(&mut socket)?;
        }
        socket.set_read_timeout(Some(left(end)?))?;
        if connection.is_handshaking() && connection.read_tls(&mut socket)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        connection.process_new_packets().map_err(std::io::Error::other)?;
    }
    let first = connection.peer_certificates().and_then(|chain| chain.first());
    first.map(|certificate| certificate.to_vec()).ok_or_else(|| std::io::Error::other("no certificate"))
}

fn left(end: Instant) -> std::io::Result<Duration> {
    Some(end.saturating_duration_since(Instant::now())).filter(|left| !left.is_zero()).ok_or(ErrorKind::TimedOut.into())
}

/// Whoever is there is there; only who has the certificate's key gets through.
#[derive(Debug)]
struct Unjudged(Arc<CryptoProvider>);

type Signed = std::result::Result<HandshakeSignatureValid, rustls::Error>;

impl ServerCertVerifier for Unjudged {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(&self, message: &[u8], certificate: &CertificateDer<'_>, signed: &DigitallySignedStruct) -> Signed {
        verify_tls12_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(&self, message: &[u8], certificate: &CertificateDer<'_>, signed: &DigitallySignedStruct) -> Signed {
        verify_tls13_signature(message, certificate, signed, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// `notAfter` of a certificate in DER (RFC 5280 §4.1): its only part that is wanted, and the way there is short.
fn not_after(certificate: &[u8]) -> Option<Moment> {
    let (_, certificate, _) = part(certificate)?;
    let (_, mut rest, _) = part(certificate)?;
    if rest.first() == Some(&0xa0) {
        rest = part(rest)?.2; // version
    }
    for _ in ["serialNumber", "signature", "issuer"] {
        rest = part(rest)?.2;
    }
    let (_, validity, _) = part(rest)?;
    let (tag, text, _) = part(part(validity)?.2)?;
    let text = std::str::from_utf8(text).ok().filter(|text| text.is_ascii())?;
    // Two digits of a year until 2049, four afterwards.
    let text = match (tag, text.get(..2)?) {
        (0x17, year) if year < "50" => format!("20{text}"),
        (0x17, _) => format!("19{text}"),
        _ => text.to_string(),
    };
    let (day, hour) = (text.get(..8)?, text.get(8..14)?);
    let (year, month, day) = (&day[..4], &day[4..6], &day[6..]);
    Moment::parse(&format!("{year}-{month}-{day}T{}:{}:{}Z", &hour[..2], &hour[2..4], &hour[4..]))
}

/// The first part of some DER (X.690 §8.1): its tag, its content, and what follows.
fn part(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, length, rest) = (*der.first()?, usize::from(*der.get(1)?), der.get(2..)?);
    let (length, rest) = match length {
        0..=0x7f => (length, rest),
        0x81..=0x84 => {
            let (digits, rest) = rest.split_at_checked(length - 0x80)?;
            (digits.iter().fold(0, |sum, digit| sum << 8 | usize::from(*digit)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn der(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = content.len();
        let head = if length < 128 { vec![tag, length as u8] } else { vec![tag, 0x82, (length >> 8) as u8, length as u8] };
        [head, content.to_vec()].concat()
    }

    fn certificate(version: &[u8], end: Vec<u8>) -> Vec<u8> {
        let validity = der(0x30, &[der(0x17, b"260101000000Z"), end].concat());
        let issuer = der(0x30, &[7; 300]);
        let parts = [version, &der(2, &[1]), &der(0x30, &[]), &issuer, &validity, &der(0x30, &[])].concat();
        der(0x30, &[der(0x30, &parts), der(3, &[0])].concat())
    }

    #[test]
    fn the_end_of_a_certificate_is_read_and_nonsense_is_none() {
        let said = |version: &[u8], end_of: Vec<u8>| not_after(&certificate(version, end_of)).map(|at| at.to_string());
        let version = der(0xa0, &der(2, &[2]));
        assert_eq!(said(&version, der(0x17, b"270203040506Z")).as_deref(), Some("2027-02-03T04:05:06.000Z"));
        assert_eq!(said(&[], der(0x18, b"20510203040506Z")).as_deref(), Some("2051-02-03T04:05:06.000Z"));
        assert_eq!(said(&[], der(0x17, b"990203040506Z")).as_deref(), Some("1999-02-03T04:05:06.000Z"));
        let good = certificate(&version, der(0x17, b"270203040506Z"));
        assert!((0..good.len()).all(|cut| not_after(&good[..cut]).is_none()));
        assert_eq!((said(&[], der(0x17, b"27")), said(&[], der(0x17, &[0xff; 13]))), (None, None));
    }
}
