//! The bucket and key of a request, from its path or host name. They are decoded and never normalised.

use crate::encode;

/// The bucket and the key of a request. Requests for the list of buckets have neither.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Target {
    pub(crate) bucket: Option<String>,
    pub(crate) key: Option<String>,
}

impl Target {
    /// Parses the target. `None` when the path is not percent-encoded UTF-8.
    pub(crate) fn of(host: Option<&str>, path: &str, domains: &[String]) -> Option<Self> {
        let decoded = encode::decode(path)?;
        let rest = decoded.strip_prefix('/').unwrap_or(&decoded);
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        if let Some(bucket) = host.and_then(|host| bucket_of_host(host, domains)) {
            return Some(Self { bucket: some(bucket), key: some(rest) });
        }
        let (bucket, key) = rest.split_once('/').unwrap_or((rest, ""));
        Some(Self { bucket: some(bucket), key: some(key) })
    }
}

/// Returns the `BUCKET` of a host `BUCKET.domain[:port]`.
pub(crate) fn bucket_of_host<'a>(host: &'a str, domains: &[String]) -> Option<&'a str> {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    domains.iter().find_map(|domain| {
        let bucket = name.strip_suffix(domain.as_str())?.strip_suffix('.')?;
        (!bucket.is_empty()).then_some(bucket)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(host: &str, path: &str, bucket: Option<&str>, key: Option<&str>) {
        let target = Target::of(Some(host), path, &["s3.localhost".to_owned()]).unwrap();
        assert_eq!((target.bucket.as_deref(), target.key.as_deref()), (bucket, key), "{host}{path}");
    }

    #[test]
    fn both_addressing_styles_preserve_the_key() {
        check("127.0.0.1:80", "/", None, None);
        check("127.0.0.1:80", "/b", Some("b"), None);
        check("127.0.0.1:80", "/b/", Some("b"), None);
        check("127.0.0.1:80", "/b//a/../%2E%2e/", Some("b"), Some("/a/../../"));
        check("s3.localhost:80", "/b/k", Some("b"), Some("k"));
        check("b.c.s3.localhost:80", "/k/", Some("b.c"), Some("k/"));
        check("b.s3.localhost", "//k", Some("b"), Some("/k"));
    }
}
