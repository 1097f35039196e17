//! Tests that apply to every configuration.

/// Calls a generic function once for every configuration.
macro_rules! every {
    ($function:ident $arguments:tt) => {
        [
            $function::<BucketLifecycleConfiguration> $arguments,
            $function::<CorsConfiguration> $arguments,
            $function::<PublicAccessBlockConfiguration> $arguments,
            $function::<ServerSideEncryptionConfiguration> $arguments,
        ]
    };
}

mod service_model;

use http::{HeaderMap, StatusCode};
use proptest::prelude::*;

use super::{
    BucketConfiguration, BucketLifecycleConfiguration, CorsConfiguration, PublicAccessBlockConfiguration,
    ServerSideEncryptionConfiguration,
};
use crate::error::ErrorKind;
use crate::protocol::Document;
use crate::protocol::shape::{Shape, Source};
use crate::protocol::xml::XmlWriter;
use crate::protocol::{Draft, Response, Target};

/// Writes a configuration and reads it back as S3 would send it.
fn there_and_back<C: Document + Shape>(configuration: &C) -> C {
    let mut draft = Draft::put(Target::Bucket("photos"));
    configuration.write_headers(&mut draft);
    let mut xml = XmlWriter::new(C::ROOT);
    Shape::write(configuration, &mut xml);
    Document::read(&Response::buffered(StatusCode::OK, draft.headers, xml.finish())).unwrap()
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(numbers in prop::collection::vec(any::<u32>(), 0..150)) {
        fn check<C: Document + Shape + PartialEq + std::fmt::Debug>(numbers: &[u32]) {
            let configuration = C::sample(&mut Source::new(numbers.to_vec()));
            assert_eq!(there_and_back(&configuration), configuration);
        }
        every!(check(&numbers));
    }
}

#[test]
fn the_missing_configuration_code_maps_to_its_kind() {
    fn check<C: BucketConfiguration>() {
        let code = C::SUBRESOURCE.missing;
        assert_eq!(crate::error::kind_of_code(code), Some(ErrorKind::ConfigurationNotFound), "{code}");
        assert_eq!(C::SUBRESOURCE.root, C::ROOT);
        let other = Response::buffered(StatusCode::OK, HeaderMap::new(), "<ListBucketResult/>".into());
        assert!(C::read(&other).is_err_and(|error| error.message().contains(C::ROOT)));
    }
    every!(check());
}
