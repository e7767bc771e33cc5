//! The bounds that keep one client, one application or one mistake from harming the others. A rate of 0 is no limit: for
//! a measurement or an import, and said in the log.

use clap::Args;

#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Limits")]
pub struct Limits {
    /// Bytes of one frame on a socket
    #[arg(long, env = "PARLOUR_FRAME_BYTES", value_name = "N", default_value_t = 64 * 1024)]
    pub frame_bytes: usize,

    /// Bytes of the one frame that is read before a socket is signed in
    #[arg(long, env = "PARLOUR_HELLO_BYTES", value_name = "N", default_value_t = 4 * 1024)]
    pub hello_bytes: usize,

    /// Seconds in which a socket must sign in
    #[arg(long, env = "PARLOUR_HELLO_SECONDS", value_name = "N", default_value_t = 5)]
    pub hello_seconds: u64,

    /// Sockets of one address that are not signed in yet
    #[arg(long, env = "PARLOUR_SOCKETS_PER_ADDRESS", value_name = "N", default_value_t = 128)]
    pub sockets_per_address: usize,

    /// Sockets of all addresses that are not signed in yet
    #[arg(long, env = "PARLOUR_WAITING_SOCKETS", value_name = "N", default_value_t = 2_000)]
    pub waiting_sockets: usize,

    /// Sockets of one user at a time; one more ends the oldest
    #[arg(long, env = "PARLOUR_SOCKETS_PER_USER", value_name = "N", default_value_t = 64)]
    pub sockets_per_user: usize,

    /// Messages a second of one user; 0: no limit
    #[arg(long, env = "PARLOUR_MESSAGE_RATE", value_name = "N", default_value_t = 10)]
    pub message_rate: u32,

    /// Messages of one user at once after a silence, such as an outbox that was offline
    #[arg(long, env = "PARLOUR_MESSAGE_BURST", value_name = "N", default_value_t = 300)]
    pub message_burst: u32,

    /// Other requests a second of one user; 0: no limit
    #[arg(long, env = "PARLOUR_CONTROL_RATE", value_name = "N", default_value_t = 20)]
    pub control_rate: u32,

    /// Messages a second of all users of one application; 0: no limit
    #[arg(long, env = "PARLOUR_APPLICATION_RATE", value_name = "N", default_value_t = 200)]
    pub application_rate: u32,

    /// REST calls a second of one key; 0: no limit
    #[arg(long, env = "PARLOUR_REST_RATE", value_name = "N", default_value_t = 50)]
    pub rest_rate: u32,

    /// Connections that read the events of one application at a time
    #[arg(long, env = "PARLOUR_EVENT_READERS", value_name = "N", default_value_t = 16)]
    pub event_readers: usize,

    /// Sign-ins with a password a minute for one account; 0: no limit
    #[arg(long, env = "PARLOUR_SIGN_IN_RATE", value_name = "N", default_value_t = 10)]
    pub sign_in_rate: u32,

    /// Sign-ins a minute from one address; 0: no limit
    #[arg(long, env = "PARLOUR_ADDRESS_RATE", value_name = "N", default_value_t = 120)]
    pub address_rate: u32,

    /// Bytes of the body of one request, where a call does not say otherwise
    #[arg(long, env = "PARLOUR_BODY_BYTES", value_name = "N", default_value_t = 1024 * 1024)]
    pub body_bytes: usize,

    /// Bytes of a whole list of users or contacts
    #[arg(long, env = "PARLOUR_IMPORT_BYTES", value_name = "N", default_value_t = 16 * 1024 * 1024)]
    pub import_bytes: usize,

    /// Bytes of one file; 0: files are not offered
    #[arg(long, env = "PARLOUR_FILE_BYTES", value_name = "N", default_value_t = 25 * 1024 * 1024)]
    pub file_bytes: u64,

    /// Bytes of all files of one application
    #[arg(long, env = "PARLOUR_STORAGE_BYTES", value_name = "N", default_value_t = 10 * 1024 * 1024 * 1024)]
    pub storage_bytes: u64,

    /// Bytes of the head of one request
    #[arg(long, env = "PARLOUR_HEAD_BYTES", value_name = "N", default_value_t = 8 * 1024)]
    pub head_bytes: usize,

    /// Seconds in which the head of a request must arrive
    #[arg(long, env = "PARLOUR_HEAD_SECONDS", value_name = "N", default_value_t = 5)]
    pub head_seconds: u64,
}
