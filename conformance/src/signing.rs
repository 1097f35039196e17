//! Capability a: the low-level signer and the chunk encoder.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use windlass::Credentials;
use windlass::types::ChecksumAlgorithm;
use windlass::unversioned::checksum::Checksum;
use windlass::unversioned::encode;
use windlass::unversioned::signing::{
    self, ChunkSigner, ChunkedEncoder, STREAMING_PAYLOAD, STREAMING_PAYLOAD_TRAILER,
    STREAMING_UNSIGNED_PAYLOAD_TRAILER, Signable, SigningKey, SigningTime,
};

use crate::answer::{Answer, Outcome, unsupported};
use crate::input::{Input, base64_bytes, headers};

pub(crate) fn credentials(mut input: Input) -> Result<Credentials, Answer> {
    let keys = Credentials::new(input.required("access_key_id")?, input.required("secret_access_key")?);
    let token = input.text("session_token");
    input.end()?;
    Ok(match token {
        Some(token) => keys.with_session_token(token),
        None => keys,
    })
}

fn signing_time(input: &mut Input) -> Result<SigningTime, Answer> {
    let time = input.time("timestamp")?;
    time.map(SigningTime::new).ok_or_else(|| Answer::error("refused", "timestamp is missing"))
}

pub(crate) fn sign(mut input: Input) -> Outcome {
    let normalize = input.flag("normalize_path") == Some(true);
    let method = input.required("method")?;
    let url = input.required("url")?;
    let headers = headers(input.take("headers"));
    let payload_hash = input.required("payload_hash")?;
    let keys = credentials(input.object("credentials").unwrap_or_default())?;
    let (region, service) = (input.required("region")?, input.required("service")?);
    let time = signing_time(&mut input)?;
    let expires = input.number("expires");
    input.end()?;

    let after_host = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let target = after_host.find('/').map_or("/", |at| &after_host[at..]);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let normalized = normalize.then(|| signing::normalized_path(path));
    let path = normalized.as_deref().unwrap_or(path);
    let pairs: Vec<(&str, &str)> =
        headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let request = Signable { method: &method, path, query, headers: &pairs, payload_hash: &payload_hash };
    let signature = match expires {
        Some(expires) => signing::sign_query(&request, &keys, &region, &service, time, expires),
        None => signing::sign(&request, &keys, &region, &service, time),
    };
    let mut answer = json!({
        "signature": signature.signature,
        "canonical_request": signature.canonical_request,
        "string_to_sign": signature.string_to_sign,
    });
    if expires.is_none() {
        answer["authorization"] = signature.authorization.into();
    }
    Ok(Answer::ok(answer))
}

pub(crate) fn signing_key(mut input: Input) -> Outcome {
    let key = SigningKey::derive(
        &input.required("secret_access_key")?,
        &input.required("date")?,
        &input.required("region")?,
        &input.required("service")?,
    );
    input.end()?;
    let hex = key.as_bytes().iter().fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    Ok(Answer::ok(json!({"hex": hex})))
}

pub(crate) fn uri_encode(mut input: Input) -> Outcome {
    let text = input.required("text")?;
    input.end()?;
    Ok(Answer::ok(json!({"path_keep_slash": encode::path(&text), "strict": encode::query(&text)})))
}

pub(crate) fn aws_chunked(mut input: Input) -> Outcome {
    let payload = input.required("payload")?;
    let chunks = input.list("chunks").iter().map(base64_bytes).collect::<Result<Vec<_>, _>>()?;
    let mut trailers = headers(input.take("trailers"));
    let algorithm = input.text("trailer_algorithm").map(ChecksumAlgorithm::from);
    let only_trailer = input.flag("only_trailer") == Some(true);
    let signer = input.object("signing").map(chunk_signer).transpose()?;
    input.end()?;

    if let Some(algorithm) = algorithm {
        let (Some(mut checksum), Some(name)) = (Checksum::new(&algorithm), algorithm.header_name()) else {
            return Err(unsupported(format!("the checksum {algorithm}")));
        };
        chunks.iter().for_each(|chunk| checksum.update(chunk));
        trailers.push((name.to_owned(), checksum.finish()));
    }
    let trailers: Vec<(&str, &str)> =
        trailers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    if let (true, Some(mut signer)) = (only_trailer, signer.clone()) {
        return Ok(Answer::ok(json!({"trailer_signature": signer.sign_trailers(&trailers)})));
    }
    let mut encoder = match (payload.as_str(), signer) {
        (STREAMING_PAYLOAD, Some(signer)) => ChunkedEncoder::signed(signer, false),
        (STREAMING_PAYLOAD_TRAILER, Some(signer)) => ChunkedEncoder::signed(signer, true),
        (STREAMING_UNSIGNED_PAYLOAD_TRAILER, None) => ChunkedEncoder::unsigned(),
        _ => return Err(unsupported(format!("the payload {payload}"))),
    };
    let mut body = Vec::new();
    let mut signatures = Vec::new();
    for chunk in chunks.iter().filter(|chunk| !chunk.is_empty()) {
        body.extend_from_slice(encoder.chunk_head(chunk).as_bytes());
        body.extend_from_slice(chunk);
        body.extend_from_slice(ChunkedEncoder::CHUNK_END);
        signatures.extend(encoder.last_signature().map(str::to_owned));
    }
    let end = encoder.finish(&trailers);
    body.extend_from_slice(end.as_bytes());
    signatures
        .extend(end.split_once("chunk-signature=").and_then(|(_, rest)| rest.get(..64)).map(str::to_owned));
    let trailer_signature =
        end.split_once("x-amz-trailer-signature:").and_then(|(_, rest)| rest.get(..64)).map(str::to_owned);
    Ok(Answer::ok(json!({
        "body_base64": STANDARD.encode(&body),
        "chunk_signatures": signatures,
        "trailer_signature": trailer_signature,
    })))
}

fn chunk_signer(mut input: Input) -> Result<ChunkSigner, Answer> {
    let keys = credentials(input.object("credentials").unwrap_or_default())?;
    let (region, service) = (input.required("region")?, input.required("service")?);
    let time = signing_time(&mut input)?;
    let seed = input.required("seed_signature")?;
    input.end()?;
    Ok(ChunkSigner::new(&keys, &region, &service, time, seed))
}
