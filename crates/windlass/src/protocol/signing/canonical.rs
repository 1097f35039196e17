//! The canonical request, the input of the signature.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use super::{ALGORITHM, SigningTime};
use crate::protocol::encode;

/// Builds the canonical request from an encoded path and query and headers in any order. Returns it with the
/// list of signed headers.
pub(super) fn canonical_request<'h>(
    method: &str,
    path: &str,
    query: &str,
    headers: &mut Vec<(Cow<'h, str>, Cow<'h, [u8]>)>,
    payload_hash: &str,
) -> (Vec<u8>, String) {
    // A stable sort keeps the values of one name in the order in which they are sent.
    headers.sort_by(|(a, _), (b, _)| a.cmp(b));
    let mut text = Vec::with_capacity(384 + path.len() + query.len());
    for line in [method, path, query] {
        text.extend_from_slice(line.as_bytes());
        text.push(b'\n');
    }
    let mut signed = String::with_capacity(96);
    let mut previous: Option<&str> = None;
    for (name, value) in headers.iter() {
        if previous == Some(name) {
            text.push(b',');
        } else {
            if previous.is_some() {
                text.push(b'\n');
                signed.push(';');
            }
            text.extend_from_slice(name.as_bytes());
            text.push(b':');
            signed.push_str(name);
            previous = Some(name);
        }
        push_trimmed(&mut text, value);
    }
    text.extend_from_slice(b"\n\n");
    text.extend_from_slice(signed.as_bytes());
    text.push(b'\n');
    text.extend_from_slice(payload_hash.as_bytes());
    (text, signed)
}

/// Builds the string to sign from the canonical request.
pub(super) fn string_to_sign(canonical_request: &[u8], time: SigningTime, scope: &str) -> String {
    let mut text = String::with_capacity(160);
    for line in [ALGORITHM, time.as_str(), scope] {
        text.push_str(line);
        text.push('\n');
    }
    encode::push_hex(&mut text, &Sha256::digest(canonical_request));
    text
}

/// Returns the canonical form of a query in any encoding: names and values encoded once, sorted.
pub(super) fn canonical_query(query: &str) -> String {
    let mut pairs: Vec<(String, String)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (encode::encoded_once(name, false), encode::encoded_once(value, false))
        })
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// Returns the canonical form of a path in any encoding: encoded once, slashes and dots unchanged.
pub(super) fn canonical_path(path: &str) -> String {
    if path.is_empty() { "/".to_owned() } else { encode::encoded_once(path, true) }
}

/// Returns the path that services other than S3 sign: `.`, `..` and empty segments are resolved (RFC 3986,
/// section 5.2.4). S3 does not resolve them, because they are part of the key.
///
/// ```
/// assert_eq!(windlass::unversioned::signing::normalized_path("/a//./b/../c/"), "/a/c/");
/// ```
pub fn normalized_path(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            other => kept.push(other),
        }
    }
    let folder = !kept.is_empty() && (path.ends_with('/') || path.ends_with("/.") || path.ends_with("/.."));
    format!("/{}{}", kept.join("/"), if folder { "/" } else { "" })
}

/// Removes leading and trailing white space and collapses inner runs to one space.
fn push_trimmed(out: &mut Vec<u8>, value: &[u8]) {
    let value = value.trim_ascii();
    if !value.windows(2).any(|pair| pair.iter().all(u8::is_ascii_whitespace)) {
        out.extend_from_slice(value);
        return;
    }
    let mut after_space = false;
    for byte in value {
        let space = byte.is_ascii_whitespace();
        if !(space && after_space) {
            out.push(if space { b' ' } else { *byte });
        }
        after_space = space;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_encoded_once_and_sorted() {
        assert_eq!(canonical_query("b=2&a=1&a=0&acl"), "a=0&a=1&acl=&b=2");
        assert_eq!(canonical_query("k=a%20b+c&%C3%BC=/"), "%C3%BC=%2F&k=a%20b%2Bc");
        assert_eq!(canonical_query(""), "");
        assert_eq!(canonical_query("%ff=%e9"), "%FF=%E9");
    }

    #[test]
    fn a_path_of_any_bytes_is_encoded_once() {
        assert_eq!(canonical_path(""), "/");
        assert_eq!(canonical_path("/a%2fb c/%C3%BC/%ff%"), "/a/b%20c/%C3%BC/%FF%25");
    }

    #[test]
    fn a_normalized_path_keeps_its_trailing_slash() {
        for (path, normalized) in [
            ("/a/b", "/a/b"),
            ("/a/b/", "/a/b/"),
            ("/a/b/.", "/a/b/"),
            ("/a/b/..", "/a/"),
            ("/a/..", "/"),
            ("/../..", "/"),
            ("/", "/"),
            ("", "/"),
            ("/a/...", "/a/..."),
        ] {
            assert_eq!(normalized_path(path), normalized, "{path}");
        }
    }

    #[test]
    fn header_values_are_trimmed_and_repeated_names_joined() {
        let mut headers: Vec<(Cow<'_, str>, Cow<'_, [u8]>)> = vec![
            ("x-amz-b".into(), b"  two   words ".as_slice().into()),
            ("host".into(), b"h".as_slice().into()),
            ("x-amz-b".into(), b"1".as_slice().into()),
        ];
        let (text, signed) = canonical_request("GET", "/", "", &mut headers, "hash");
        assert_eq!(signed, "host;x-amz-b");
        assert_eq!(text, b"GET\n/\n\nhost:h\nx-amz-b:two words,1\n\nhost;x-amz-b\nhash");
    }
}
