//! How the bytes of a body are guarded on their way: every mode of Signature V4, and whether the server looks.

use std::io;

use bytes::Bytes;
use windlass::adapters::http_client::{HttpClient, HttpClientSettings};
use windlass::operations::PutObject;
use windlass::{Body, ChecksumCalculation, Client, ErrorKind};

use super::place::{Finding, Outcome, Place, holds, same};
use super::{Group, Way, probes};
use crate::flipped_bytes::{Flipping, LENGTH, content};

pub(super) const GROUP: Group = Group {
    title: "Bodies on their way",
    ways: &[Way::Named],
    probes: probes! {
        "PutObject: signed, http" => goes::<SIGNED, false>,
        "PutObject: signed, https" => goes::<SIGNED, true>,
        "PutObject: unsigned, http" => goes::<UNSIGNED, false>,
        "PutObject: unsigned, https" => goes::<UNSIGNED, true>,
        "PutObject: signed chunks, http" => goes::<CHUNKS, false>,
        "PutObject: signed chunks, https" => goes::<CHUNKS, true>,
        "PutObject: signed chunks and trailer, http" => goes::<CHUNKS_AND_TRAILER, false>,
        "PutObject: signed chunks and trailer, https" => goes::<CHUNKS_AND_TRAILER, true>,
        "PutObject: unsigned trailer, http" => goes::<TRAILER, false>,
        "PutObject: unsigned trailer, https" => goes::<TRAILER, true>,
        "PutObject: signed, a byte changes" => flips::<SIGNED>,
        "PutObject: unsigned with a checksum, a byte changes" => flips::<UNSIGNED>,
        "PutObject: signed chunks, a byte changes" => flips::<CHUNKS>,
        "PutObject: signed chunks and trailer, a byte changes" => flips::<CHUNKS_AND_TRAILER>,
        "PutObject: unsigned trailer, a byte changes" => flips::<TRAILER>,
    },
};

/// The modes, by their place in [`MODES`].
const SIGNED: usize = 0;
const UNSIGNED: usize = 1;
const CHUNKS: usize = 2;
const CHUNKS_AND_TRAILER: usize = 3;
const TRAILER: usize = 4;

struct Mode {
    /// What `x-amz-content-sha256` says; None for the hash itself.
    name: Option<&'static str>,
    signs_content: bool,
    trailers: bool,
    /// Whether the content is a stream that can be read once.
    once: bool,
}

const MODES: [Mode; 5] = [
    Mode { name: None, signs_content: true, trailers: false, once: false },
    Mode { name: Some("UNSIGNED-PAYLOAD"), signs_content: false, trailers: false, once: false },
    Mode {
        name: Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD"),
        signs_content: true,
        trailers: false,
        once: true,
    },
    Mode {
        name: Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"),
        signs_content: true,
        trailers: true,
        once: true,
    },
    Mode {
        name: Some("STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        signs_content: false,
        trailers: true,
        once: true,
    },
];

impl Mode {
    fn client(&self, place: &Place, tls: bool, flips: bool) -> Client {
        let mut provider = place.client.service_profile().clone();
        (provider.signed_trailers, provider.unsigned_trailers) = (self.trailers, self.trailers);
        let endpoint = if tls { &place.server.tls_endpoint } else { &place.server.endpoint };
        // Signed chunks guard by themselves: what they show needs no checksum beside them.
        let has_checksum = self.name.is_some() && (self.trailers || !self.once);
        let calculation =
            if has_checksum { ChecksumCalculation::WhenSupported } else { ChecksumCalculation::WhenRequired };
        let builder = if flips {
            place.builder_over(Flipping::up(HttpClient::new(HttpClientSettings::default()).unwrap()))
        } else {
            place.builder()
        };
        builder
            .endpoint(endpoint)
            .service_profile(provider)
            .payload_signing(self.signs_content)
            .checksum_calculation(calculation)
            .build()
            .unwrap()
    }

    fn body(&self) -> Body {
        if self.once { once(content()) } else { content().into() }
    }
}

/// A stream that can be read once.
pub(super) fn once(content: Bytes) -> Body {
    let length = content.len() as u64;
    Body::from_reader(io::Cursor::new(content)).with_length(length)
}

async fn goes<const MODE: usize, const TLS: bool>(place: &Place) -> Outcome {
    let mode = &MODES[MODE];
    let client = mode.client(place, TLS, false);
    let put = || PutObject::new(&place.bucket, "goes", mode.body());
    let signed = client.sign(put()).await?;
    let sha256 = signed.headers().get("x-amz-content-sha256").unwrap().to_str().unwrap();
    assert_eq!(mode.name.unwrap_or(sha256), sha256, "the mode is not the one to try");
    client.send(put()).await?;
    is_there(place, "goes").await
}

/// Whether the object has the content.
pub(super) async fn is_there(place: &Place, key: &str) -> Outcome {
    let object = place.client.get_object(&place.bucket, key).await?;
    same("the length", object.head.content_length, Some(LENGTH as u64))?;
    holds(object.body.bytes().await? == content(), "the content is another")
}

async fn flips<const MODE: usize>(place: &Place) -> Outcome {
    let mode = &MODES[MODE];
    let client = mode.client(place, false, true);
    match client.send(PutObject::new(&place.bucket, "flips", mode.body())).await {
        Ok(_) => Err(Finding::new("what arrives is not compared")),
        Err(error) if matches!(error.kind(), ErrorKind::ChecksumMismatch | ErrorKind::SignatureMismatch) => {
            Ok(())
        }
        Err(error) => Err(error.into()),
    }
}
