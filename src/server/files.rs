//! What the operating system allows: open files, and how long it believes in a connection that does not answer.

use crate::error::{Error, Result};
use actix_web::rt::net::TcpStream;
use rustix::process::{Resource, getrlimit, setrlimit};
use std::any::Any;

/// Below this not even the store and a few connections fit.
const LEAST: u64 = 256;
/// Below this an organisation of some size does not fit.
const USUAL: u64 = 4096;
/// Milliseconds that sent bytes may stay unacknowledged.
const PATIENCE: u32 = 30_000;

/// Raises the number of files that may be open to what is permitted, and checks that it is enough.
pub fn raise_limit() -> Result<()> {
    let mut limit = getrlimit(Resource::Nofile);
    if limit.current != limit.maximum {
        limit.current = limit.maximum;
        setrlimit(Resource::Nofile, limit).map_err(Error::internal)?;
    }
    match getrlimit(Resource::Nofile).current {
        Some(most) if most < LEAST => Err(Error::Unavailable(format!(
            "only {most} files may be open at once, and {LEAST} are the least; raise the limit (ulimit -n, or LimitNOFILE= in the unit)"
        ))),
        Some(most) if most < USUAL => {
            tracing::warn!(most, "few files may be open at once, and each connection is one; raise the limit (ulimit -n)");
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A client that is gone without a word, or never reads, does not keep its connection open (RFC 5482).
pub fn give_up_on_the_dead(connection: &dyn Any) {
    if let Some(stream) = connection.downcast_ref::<TcpStream>()
        && let Err(error) = rustix::net::sockopt::set_tcp_user_timeout(stream, PATIENCE)
    {
        tracing::warn!(%error, "a connection's time-out could not be set");
    }
}
