//! What can go wrong while a file is fetched.

use std::path::PathBuf;

use crate::monitor::Cancelled;
use crate::persist::PersistError;

/// Why a file was not fetched.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    #[error("Copylens cannot download from this address: {address}")]
    Address { address: String },
    #[error("The address of the proxy is not one: {address}")]
    ProxyAddress { address: String },
    #[error("The proxy does not let Copylens through ({reason})")]
    Proxy { reason: String },
    #[error("{host} cannot be reached ({reason})")]
    Unreachable { host: String, reason: String },
    #[error("{host} does not have the file any more")]
    Missing { host: String },
    #[error("{host} does not give the file to everybody (status {status})")]
    Denied { host: String, status: u16 },
    #[error("{host} cannot answer (status {status})")]
    Server { host: String, status: u16 },
    #[error("{host} sends from one address to the next, {n} times")]
    Redirects { host: String, n: usize },
    #[error("{host} sends to an address without encryption")]
    Unencrypted { host: String },
    #[error("{host} gave a web page instead of the file")]
    Page { host: String },
    #[error("The file has {found} bytes, at most {limit} are allowed")]
    TooLarge { found: u64, limit: u64 },
    #[error("The file has {found} bytes, {expected} were published")]
    OtherSize { found: u64, expected: u64 },
    #[error("{}", disk_words(*needed, *free))]
    DiskFull {
        /// What is still to come.
        needed: Option<u64>,
        free: Option<u64>,
        path: PathBuf,
    },
    #[error("The {kind} checksum of the file begins with {}, published is {expected}",
        &found[..found.len().min(expected.len())])]
    Checksum {
        kind: &'static str,
        expected: String,
        found: String,
    },
    #[error("The connection to {host} was lost again and again ({reason})")]
    Dropped { host: String, reason: String },
    #[error("Another Copylens is downloading this file: {path}")]
    Busy { path: PathBuf },
    #[error("Cannot write the file: {path}")]
    Write {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("Cannot read the file: {path}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(transparent)]
    Persist(#[from] PersistError),
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

impl DownloadError {
    /// The next step to offer below the message.
    pub fn advice(&self) -> &'static str {
        match self {
            Self::Address { .. } => "Addresses begin with https:// or http://.",
            Self::ProxyAddress { .. } | Self::Proxy { .. } => {
                "Look at the proxy in Settings, or at HTTPS_PROXY; it looks like \
                 http://proxy.example:3128."
            }
            Self::Unreachable { .. } => {
                "Check the connection to the internet. Behind a company's network a proxy may be \
                 needed, see Settings."
            }
            Self::Missing { .. } | Self::Denied { .. } => {
                "Open the page of its authors: the file may have moved. Import it by hand then."
            }
            Self::Server { .. } => "Try again later. What has come so far is kept.",
            Self::Redirects { .. } | Self::Page { .. } => {
                "The network may want you to log in first. Otherwise open the page of its authors \
                 and download the file there."
            }
            Self::Unencrypted { .. } => {
                "Somebody on the way could change the file, so nothing was downloaded."
            }
            Self::TooLarge { .. } | Self::OtherSize { .. } => {
                "It is not the file that was published. Open the page of its authors."
            }
            Self::DiskFull { .. } => {
                "Make room on the disk and resume. What has come so far is kept."
            }
            Self::Checksum { .. } => {
                "The file was changed or damaged on its way, so nothing of it was kept. Try again; \
                 if it stays like that, do not use the file."
            }
            Self::Dropped { .. } => "Resume later. What has come so far is kept.",
            Self::Busy { .. } => "Wait for it, or stop it there.",
            Self::Write { .. } | Self::Read { .. } => {
                "Check that the folder may be changed and the disk has room."
            }
            Self::Persist(err) => err.advice(),
            Self::Cancelled(_) => "",
        }
    }
}

/// `The disk is full: 94 MB are needed, 12 MB are free`.
fn disk_words(needed: Option<u64>, free: Option<u64>) -> String {
    let mega = |bytes: u64| format!("{} MB", bytes.div_ceil(1_000_000));
    match (needed, free) {
        (Some(needed), Some(free)) => format!(
            "The disk is too full: {} are needed, {} are free",
            mega(needed),
            mega(free)
        ),
        (Some(needed), None) => format!("The disk is full: {} are needed", mega(needed)),
        (None, _) => "The disk is full".to_owned(),
    }
}
