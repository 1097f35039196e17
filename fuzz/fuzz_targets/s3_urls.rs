//! S3 URLs and sizes: parsed values round-trip.

#![no_main]

use libfuzzer_sys::fuzz_target;
use windlass::paths::{S3Url, format_size, parse_size};

fuzz_target!(|text: &str| {
    if let Ok(url) = text.parse::<S3Url>() {
        assert!(!url.bucket.is_empty() && text.contains(&url.bucket) && text.ends_with(&url.key));
        assert_eq!(url.to_string().parse::<S3Url>().expect("the same URL"), url);
    }
    if let Ok(bytes) = parse_size(text) {
        assert!(!format_size(bytes).is_empty());
    }
});
