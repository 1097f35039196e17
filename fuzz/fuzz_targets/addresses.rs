//! Endpoints, regions, ARNs, bucket names and keys: every request goes to the configured endpoint or a host
//! of AWS. Lines: flags, endpoint (empty for AWS), region, bucket; the rest is the key.

#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass::AddressingStyle;
use windlass::operations::HeadObject;
use windlass::testing::MockTransport;
use windlass::unversioned::encode;
use windlass_fuzz::{block_on, client, first_line, number};

const AWS: [&str; 7] = [
    ".amazonaws.com",
    ".amazonaws.com.cn",
    ".amazonaws.eu",
    ".c2s.ic.gov",
    ".sc2s.sgov.gov",
    ".cloud.adc-e.uk",
    ".csp.hci.ic.gov",
];

fuzz_target!(|input: &str| {
    let (flags, rest) = first_line(input);
    let (endpoint, rest) = first_line(rest);
    let (region, rest) = first_line(rest);
    let (bucket, key) = first_line(rest);
    let flags = number(flags.as_bytes());
    let mut builder = client(&MockTransport::new())
        .region(region)
        .addressing_style([AddressingStyle::Auto, AddressingStyle::Path, AddressingStyle::Virtual][flags % 3])
        .use_accelerate_endpoint(flags & 4 != 0)
        .use_arn_region(flags & 8 != 0)
        .use_dualstack_endpoint(flags & 16 != 0)
        .use_fips_endpoint(flags & 32 != 0)
        .use_global_endpoint(flags & 64 != 0);
    if !endpoint.is_empty() {
        builder = builder.endpoint(endpoint);
    }
    let Ok(client) = builder.build() else { return };
    let Ok(request) = block_on(client.sign(HeadObject::new(bucket, key))) else { return };

    let authority: http::uri::Authority = request.origin().authority.parse().expect("an authority");
    assert_eq!(request.headers()["host"], request.origin().authority.as_ref());
    match client.endpoint() {
        None => {
            let host = authority.as_str();
            assert!(AWS.iter().any(|suffix| host.ends_with(suffix)), "{host}");
        }
        Some(url) => {
            let own = url.split("://").nth(1).expect("a host").split('/').next().expect("a host");
            let host = authority.as_str();
            assert!(host == own || host.ends_with(&format!(".{own}")), "{host} for {url}");
        }
    }
    assert!(!authority.as_str().contains('@'));
    let path = request.path_and_query();
    assert!(path.starts_with('/') && path.bytes().all(|byte| byte.is_ascii_graphic()), "{path}");
    assert!(!path.contains(['?', '#']), "{path}");
    assert!(encode::decode(path).ends_with(key), "{path} for {key:?}");
});
