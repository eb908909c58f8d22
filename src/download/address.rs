//! Addresses, and where a redirect leads.

/// The parts of `scheme://host:port/path?query` that are needed here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Parts<'a> {
    scheme: &'a str,
    /// With its port.
    authority: &'a str,
    /// Without the query.
    path: &'a str,
}

fn parts(address: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = address.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let path = &rest[..rest.find(['?', '#']).unwrap_or(rest.len())];
    let is_known = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
    (is_known && !authority.is_empty()).then_some(Parts {
        scheme,
        authority,
        path,
    })
}

/// Whether files can be fetched from an address.
pub(super) fn is_valid(address: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_graphic();
    address.chars().all(is_plain) && parts(address).is_some()
}

/// The host of an address, for messages: without a name and a password before it.
pub(super) fn host(address: &str) -> String {
    let authority = parts(address).map_or(address, |parts| parts.authority);
    let host = authority.rsplit('@').next().unwrap_or(authority);
    host.to_owned()
}

fn is_encrypted(address: &str) -> bool {
    parts(address).is_some_and(|parts| parts.scheme.eq_ignore_ascii_case("https"))
}

/// Whether a text begins with `letters://`.
fn has_scheme(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        scheme
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '+')
    })
}

/// Where a redirect leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Next {
    To(String),
    /// From an encrypted connection to one that everybody on the way can change.
    Unencrypted,
    /// No address at all.
    Nowhere,
}

/// The address that `location` means in an answer from `from` (RFC 3986, section 5.2, without `..`).
pub(super) fn next(from: &str, location: &str) -> Next {
    let Some(base) = parts(from) else {
        return Next::Nowhere;
    };
    let location = location.trim();
    let location = location.split('#').next().unwrap_or_default();
    let (scheme, authority) = (base.scheme, base.authority);
    let to = if location.is_empty() {
        return Next::Nowhere;
    } else if has_scheme(location) {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else if location.starts_with('?') {
        format!("{scheme}://{authority}{}{location}", base.path)
    } else {
        let folder = base.path.rfind('/').map_or("/", |end| &base.path[..=end]);
        format!("{scheme}://{authority}{folder}{location}")
    };
    if !is_valid(&to) {
        Next::Nowhere
    } else if is_encrypted(from) && !is_encrypted(&to) {
        Next::Unencrypted
    } else {
        Next::To(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirects_lead_where_they_say() {
        let from = "https://a.example/models/x.pt?key=1";
        for (location, expected) in [
            ("https://b.example:8443/y?z", "https://b.example:8443/y?z"),
            ("//c.example/y", "https://c.example/y"),
            ("/y.pt", "https://a.example/y.pt"),
            (
                "y.pt?to=http://d.example",
                "https://a.example/models/y.pt?to=http://d.example",
            ),
            ("?key=2", "https://a.example/models/x.pt?key=2"),
            ("/y#part", "https://a.example/y"),
        ] {
            let expected = Next::To(expected.to_owned());
            assert_eq!(next(from, location), expected, "{location}");
        }
        for nowhere in ["", "ftp://a.example/x", "https:///x", "/a b"] {
            assert_eq!(next(from, nowhere), Next::Nowhere, "{nowhere}");
        }
    }

    #[test]
    fn nothing_leads_away_from_encryption() {
        let secure = "https://a.example/x";
        assert_eq!(next(secure, "http://a.example/x"), Next::Unencrypted);
        assert_eq!(next(secure, "HTTP://b.example/"), Next::Unencrypted);
        let plain = "http://a.example/x";
        let to = "https://a.example/x".to_owned();
        assert_eq!(next(plain, &to), Next::To(to.clone()));
    }

    #[test]
    fn only_addresses_of_the_web_are_valid() {
        assert!(is_valid("https://a.example"));
        assert!(is_valid("http://127.0.0.1:8080/x"));
        for text in [
            "",
            "a.example/x",
            "file:///etc/passwd",
            "https://",
            "http://a b/",
        ] {
            assert!(!is_valid(text), "{text}");
        }
        assert_eq!(host("https://name:secret@a.example:1/x"), "a.example:1");
    }
}
