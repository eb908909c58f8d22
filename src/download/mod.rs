//! Fetches files that a person asked for: the only place in the program that touches a network.
//!
//! - Owns: [`Order`], the HTTP client, the unfinished file and what is known about it.
//! - Invariant: nothing is fetched that nobody asked for, and nothing is sent but the request.
//! - Invariant: under its name a file is complete and checked; before that it is `NAME.part`, with
//!   what is needed to go on in `NAME.part.json`.
//! - Invariant: a connection that began with https never goes on without it.
//! - Not here: which files there are (`models`), what becomes of them (`worker`).
//!
//! ureq and rustls do the protocols: blocking, as jobs are, without an asynchronous runtime, and all
//! that they bring along has permissive licences.

mod address;
mod checksum;
mod client;
mod disk;
mod error;
mod part;
mod transfer;

use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

pub use checksum::Checksum;
pub use error::DownloadError;
pub use transfer::STAGE;
pub use transfer::fetch;

/// One file to fetch.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Begins with `https://` or `http://`.
    pub address: String,
    /// The name of the finished file.
    pub target: PathBuf,
    /// The published size.
    pub bytes: Option<u64>,
    pub checksum: Option<Checksum>,
}

/// How to reach servers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProxyChoice {
    /// What `ALL_PROXY`, `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say.
    #[default]
    Environment,
    /// `http://proxy.example:3128`
    Address(String),
    /// Straight to the server, whatever the environment says.
    Direct,
}

/// What is allowed while files are fetched.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    pub proxy: ProxyChoice,
    /// Larger files are refused.
    pub max_bytes: u64,
    /// To resolve a name and to open a connection, each.
    pub connect: Duration,
    /// Without a single byte.
    pub silence: Duration,
    /// Tries without progress before it is given up.
    pub n_tries: u32,
    /// Before the second try; doubled before each other one.
    pub first_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            proxy: ProxyChoice::default(),
            max_bytes: u64::MAX,
            connect: Duration::from_secs(20),
            silence: Duration::from_secs(30),
            n_tries: 6,
            first_wait: Duration::from_secs(1),
        }
    }
}

/// A file that was begun and not finished.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    pub target: PathBuf,
    pub address: String,
    pub n_done: u64,
    pub n_total: Option<u64>,
}

/// The unfinished files in a folder.
pub fn interrupted(folder: &Path) -> Vec<Interrupted> {
    part::list(folder)
}

/// Removes what there is of an unfinished file.
pub fn discard(target: &Path) -> Result<(), DownloadError> {
    part::remove(target)
}
