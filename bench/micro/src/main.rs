//! Runs hot paths of windlass repeatedly: `micro WORK N`. `../instructions.sh` counts instructions, which do
//! not depend on the load of the machine.
//!
//!   `sign`     a GetObject request built, addressed and signed, not sent
//!   `put`      the same for a PutObject of 4 KiB with its checksum
//!   `presign`  a presigned GetObject
//!   `get`      a GetObject of 4 KiB with a response from memory
//!   `list`     parsing of a page of 1,000 keys
//!   `versions` parsing of a page of 1,000 versions and delete markers

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use windlass::operations::{ListObjectVersions, ListObjectsV2, Operation};
use windlass::ports::{BoxFuture, HttpRequest, HttpResponse, HttpTransport, TransportError};
use windlass::protocol::Response;
use windlass::{Client, Credentials};

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let (Some(work), Some(n)) = (arguments.get(1), arguments.get(2).and_then(|n| n.parse::<u32>().ok()))
    else {
        eprintln!("usage: micro sign|put|presign|get|list|versions N");
        std::process::exit(2);
    };
    let client = Client::builder()
        .region("us-east-1")
        .credentials(Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"))
        .transport(Memory)
        .build()
        .expect("a client");
    let (page, versions) = (Bytes::from(list_page()), Bytes::from(versions_page()));
    let body = vec![b'x'; 4096];
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        for _ in 0..n {
            match work.as_str() {
                "sign" => drop(black_box(client.get_object("bench", "obj-4KiB-00000001").sign().await)),
                "put" => drop(black_box(
                    client.put_object("bench", "obj-4KiB-00000001", body.as_slice()).sign().await,
                )),
                "presign" => {
                    let request = client.get_object("bench", "obj-4KiB-00000001");
                    drop(black_box(request.presign(Duration::from_secs(3600)).await));
                }
                "get" => {
                    let object = client.get_object("bench", "obj-4KiB-00000001").await.expect("an object");
                    assert_eq!(black_box(object.body.bytes().await.expect("its content")).len(), 4096);
                }
                "list" => {
                    let response = Response::buffered(StatusCode::OK, HeaderMap::new(), page.clone());
                    let page = ListObjectsV2::new("bench").parse(response).expect("a page");
                    assert_eq!(black_box(page).contents.len(), 1000);
                }
                "versions" => {
                    let response = Response::buffered(StatusCode::OK, HeaderMap::new(), versions.clone());
                    let page = ListObjectVersions::new("bench").parse(response).expect("a page");
                    assert_eq!(black_box(page).entries.len(), 1000);
                }
                other => panic!("unknown work: {other}"),
            }
        }
    });
}

/// Returns a page in the format of S3, with 330 bytes per key.
fn list_page() -> String {
    let mut page = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Name>bench</Name><Prefix></Prefix><KeyCount>1000</KeyCount><MaxKeys>1000</MaxKeys>\
         <EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>",
    );
    for i in 0..1000 {
        // Writing to a string cannot fail.
        let _ = write!(
            page,
            "<Contents><Key>logs/2026/11/23/host-{i:04}/part-00000-{i:08}.json</Key>\
             <LastModified>2026-11-23T09:14:32.000Z</LastModified>\
             <ETag>&quot;d41d8cd98f00b204e9800998ecf84{i:03}&quot;</ETag>\
             <ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>\
             <Size>{i}</Size><StorageClass>STANDARD</StorageClass></Contents>"
        );
    }
    page.push_str("</ListBucketResult>");
    page
}

/// Returns a page of versions in the format of S3. Every tenth is a delete marker.
fn versions_page() -> String {
    let mut page = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">\
         <Name>bench</Name><Prefix></Prefix><KeyMarker></KeyMarker><VersionIdMarker></VersionIdMarker>\
         <MaxKeys>1000</MaxKeys><EncodingType>url</EncodingType><IsTruncated>false</IsTruncated>",
    );
    for i in 0..1000 {
        let head = format!(
            "<Key>logs/2026/11/23/host-{i:04}/part-00000-{i:08}.json</Key>\
             <VersionId>3sL4kqtJlcpXroDTDmJ+rmSpXd3dIbrHY{i:04}</VersionId><IsLatest>true</IsLatest>\
             <LastModified>2026-11-23T09:14:32.000Z</LastModified>"
        );
        let owner =
            "<Owner><ID>75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a</ID></Owner>";
        // Writing to a string cannot fail.
        let _ = if i % 10 == 0 {
            write!(page, "<DeleteMarker>{head}{owner}</DeleteMarker>")
        } else {
            write!(
                page,
                "<Version>{head}<ETag>&quot;d41d8cd98f00b204e9800998ecf84{i:03}&quot;</ETag>\
                 <ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>\
                 <Size>{i}</Size><StorageClass>STANDARD</StorageClass>{owner}</Version>"
            )
        };
    }
    page.push_str("</ListVersionsResult>");
    page
}

/// Responds to every request with the same object.
#[derive(Debug)]
struct Memory;

static CONTENT: [u8; 4096] = [b'x'; 4096];

impl HttpTransport for Memory {
    fn send(&self, _: HttpRequest) -> BoxFuture<'_, Result<HttpResponse, TransportError>> {
        let headers = [
            ("x-amz-id-2", "Uuag1LuByRx9e6j5Onimru9pO4ZVKnJ2Qz7/C1NPcfTWAtRPfTaOFg=="),
            ("x-amz-request-id", "656C76696E6727732072657175657374"),
            ("date", "Mon, 23 Nov 2026 09:14:32 GMT"),
            ("last-modified", "Sun, 01 Nov 2026 12:34:56 GMT"),
            ("etag", "\"9b2cf535f27731c974343645a3985328\""),
            ("accept-ranges", "bytes"),
            ("content-type", "binary/octet-stream"),
            ("content-length", "4096"),
            ("server", "AmazonS3"),
        ];
        let headers = headers
            .into_iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        let answer = HttpResponse::from_bytes(StatusCode::OK, headers, Bytes::from_static(&CONTENT));
        Box::pin(async { Ok(answer) })
    }
}
