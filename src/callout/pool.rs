//! HTTP clients, one for each application, host and set of checked addresses: a kept connection is used again only by the
//! application that opened it, and only as long as its host's name stands for the same addresses.

use crate::callout::guard::Target;
use crate::error::{Error, Result};
use crate::id::AppNo;
use reqwest::dns::{Name, Resolve, Resolving};
use reqwest::{Client, redirect, retry};
use rustls::{ClientConfig, RootCertStore};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Clients that are kept; the one unused for longest goes first.
const MOST: usize = 128;
/// Idle connections are closed before the other side does, which would look like a failure.
const IDLE: Duration = Duration::from_secs(1);

pub struct Pool {
    tls: ClientConfig,
    clients: Mutex<HashMap<Key, Kept>>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    app: AppNo,
    host: String,
    addresses: Vec<SocketAddr>,
}

struct Kept {
    client: Client,
    used: Instant,
}

/// Knows no name: only what was checked before is reached.
struct Nowhere;

impl Resolve for Nowhere {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move { Err(format!("{} was not checked", name.as_str()).into()) })
    }
}

impl Pool {
    /// Needs a cryptography provider to be installed.
    pub fn new() -> Result<Pool> {
        if rustls::crypto::CryptoProvider::get_default().is_none() {
            return Err(Error::internal("no cryptography provider is installed"));
        }
        let roots = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        let tls = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
        Ok(Pool { tls, clients: Mutex::default() })
    }

    /// A client that reaches `target` at these addresses and nothing at any other.
    pub fn client(&self, app: AppNo, target: &Target, addresses: &[SocketAddr]) -> Result<Client> {
        let key = Key { app, host: target.host.clone(), addresses: addresses.to_vec() };
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(kept) = clients.get_mut(&key) {
            kept.used = Instant::now();
            return Ok(kept.client.clone());
        }
        let client = self.build(target, addresses)?;
        if clients.len() >= MOST {
            let oldest = clients.iter().min_by_key(|(_, kept)| kept.used).map(|(key, _)| key.clone());
            oldest.and_then(|key| clients.remove(&key));
        }
        clients.insert(key, Kept { client: client.clone(), used: Instant::now() });
        Ok(client)
    }

    fn build(&self, target: &Target, addresses: &[SocketAddr]) -> Result<Client> {
        Client::builder()
            .user_agent(concat!("Parlour/", env!("CARGO_PKG_VERSION")))
            .tls_backend_preconfigured(self.tls.clone())
            .http1_only()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .pool_idle_timeout(IDLE)
            .dns_resolver(Nowhere)
            .resolve_to_addrs(&target.host, addresses)
            .build()
            .map_err(Error::internal)
    }
}
