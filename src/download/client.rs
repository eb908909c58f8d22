//! One request, and the answer to it after all redirects.

use std::io::Read;

use ureq::Agent;
use ureq::Proxy;
use ureq::http::HeaderMap;
use ureq::http::StatusCode;
use ureq::http::header;

use super::DownloadError;
use super::Limits;
use super::ProxyChoice;
use super::address;
use super::address::Next;

const MAX_REDIRECTS: usize = 10;
const USER_AGENT: &str = concat!("Copylens/", env!("CARGO_PKG_VERSION"));

/// Where to go on, and how the server knows that it is the same file.
pub(super) struct Rest<'a> {
    pub(super) n_done: u64,
    pub(super) validator: &'a str,
}

/// What a server said before the file itself.
pub(super) struct Answer {
    pub(super) host: String,
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Box<dyn Read>,
}

/// A client for one attempt: after [`Agent::shutdown`] it is of no use any more.
pub(super) fn agent(limits: &Limits) -> Result<Agent, DownloadError> {
    let proxy = match &limits.proxy {
        ProxyChoice::Direct => None,
        ProxyChoice::Environment => Proxy::try_from_env(),
        ProxyChoice::Address(text) => {
            let proxy = Proxy::new(text);
            Some(proxy.map_err(|_err| DownloadError::ProxyAddress {
                address: address::host(text),
            })?)
        }
    };
    let config = Agent::config_builder()
        .http_status_as_error(false)
        // Followed here, where going back to plain text is refused.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_resolve(Some(limits.connect))
        .timeout_connect(Some(limits.connect))
        .timeout_per_read(Some(limits.silence))
        .timeout_per_write(Some(limits.silence))
        .timeout_recv_response(Some(limits.silence))
        .accept_encoding("identity")
        .user_agent(USER_AGENT)
        .proxy(proxy);
    Ok(config.build().new_agent())
}

/// Asks for a file, or for the rest of it.
pub(super) fn get(
    agent: &Agent,
    first: &str,
    rest: Option<&Rest<'_>>,
) -> Result<Answer, DownloadError> {
    let mut at = first.to_owned();
    for _ in 0..=MAX_REDIRECTS {
        let mut request = agent.get(&at);
        if let Some(Rest { n_done, validator }) = rest {
            request = request
                .header(header::RANGE, format!("bytes={n_done}-"))
                .header(header::IF_RANGE, *validator);
        }
        let answer = request.call().map_err(|err| unreachable(&at, &err))?;
        let location = answer.headers().get(header::LOCATION);
        let location = location.filter(|_| answer.status().is_redirection());
        let Some(location) = location.and_then(|value| value.to_str().ok()) else {
            let (parts, body) = answer.into_parts();
            return Ok(Answer {
                host: address::host(&at),
                status: parts.status,
                headers: parts.headers,
                body: Box::new(body.into_reader()),
            });
        };
        let host = address::host(&at);
        at = match address::next(&at, location) {
            Next::To(to) => to,
            Next::Unencrypted => return Err(DownloadError::Unencrypted { host }),
            Next::Nowhere => {
                let address = location.to_owned();
                return Err(DownloadError::Address { address });
            }
        };
    }
    Err(DownloadError::Redirects {
        host: address::host(first),
        n: MAX_REDIRECTS,
    })
}

fn unreachable(at: &str, err: &ureq::Error) -> DownloadError {
    if let ureq::Error::ConnectProxyFailed(reason) = err {
        let reason = reason.clone();
        return DownloadError::Proxy { reason };
    }
    DownloadError::Unreachable {
        host: address::host(at),
        reason: err.to_string(),
    }
}

impl Answer {
    pub(super) fn text(&self, name: header::HeaderName) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// What stands for this very file: a strong ETag, else the date of its last change (RFC 9110,
    /// section 13.1.5 wants no weak one).
    pub(super) fn validator(&self) -> Option<String> {
        let strong = |tag: &&str| !tag.starts_with("W/");
        let tag = self.text(header::ETAG).filter(strong);
        tag.or_else(|| self.text(header::LAST_MODIFIED))
            .map(str::to_owned)
    }

    /// The size of the whole file.
    pub(super) fn n_total(&self) -> Option<u64> {
        if self.status == StatusCode::PARTIAL_CONTENT {
            return self.range()?.1;
        }
        self.text(header::CONTENT_LENGTH)?.trim().parse().ok()
    }

    /// Where a part begins, and the size of the whole: `bytes 100-199/200`.
    pub(super) fn range(&self) -> Option<(u64, Option<u64>)> {
        let range = self.text(header::CONTENT_RANGE)?;
        let (span, total) = range.trim().strip_prefix("bytes ")?.split_once('/')?;
        let (first, _) = span.split_once('-')?;
        Some((first.trim().parse().ok()?, total.trim().parse().ok()))
    }

    /// A page for people where a file was expected.
    pub(super) fn is_page(&self) -> bool {
        let kind = self.text(header::CONTENT_TYPE).unwrap_or_default();
        kind.trim_start()
            .to_ascii_lowercase()
            .starts_with("text/html")
    }
}
