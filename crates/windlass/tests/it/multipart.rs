//! Multipart uploads: requests and parsing of responses.

use windlass::config::ServiceProfile;
use windlass::operations::{CompletedPart, UploadPart};
use windlass::testing::{self, MockTransport};
use windlass::types::{ChecksumAlgorithm, ChecksumType, CopySource, CustomerKey, ObjectChecksums};
use windlass::unversioned::checksum;
use windlass::{Body, ChecksumCalculation, Client, ClientBuilder, ErrorKind};

use crate::server::start;

const COMPLETED: &str = "<CompleteMultipartUploadResult><ETag>&quot;e-2&quot;</ETag>\
    <ChecksumCRC64NVME>AAAAAAAAAAA=</ChecksumCRC64NVME><ChecksumType>FULL_OBJECT</ChecksumType>\
    </CompleteMultipartUploadResult>";

fn body(request: &testing::RecordedRequest) -> String {
    String::from_utf8(request.body.to_vec()).unwrap()
}

#[tokio::test]
async fn a_part_has_a_checksum_and_the_completion_repeats_it() {
    let transport = MockTransport::new();
    transport
        .reply_with(200, &[("etag", "\"e1\""), ("x-amz-checksum-crc32", "g9zvtw==")], "")
        .response(200, COMPLETED);
    let client = testing::client(&transport);
    let part = client
        .upload_part("films", "cat", "u/1", 7, "1")
        .checksum_algorithm(ChecksumAlgorithm::Crc32)
        .await
        .unwrap();
    let output = client
        .complete_multipart_upload("films", "cat", "u/1", [part.completed(7)])
        .checksum_type(ChecksumType::FullObject)
        .checksum(ChecksumAlgorithm::Crc32, "g9zvtw==")
        .mpu_object_size(1)
        .if_none_match("*")
        .await
        .unwrap();
    assert_eq!(output.etag.unwrap().value(), "e-2");
    assert_eq!(output.checksums.get(&ChecksumAlgorithm::Crc64Nvme), Some("AAAAAAAAAAA="));

    let [sent, completed] = &transport.requests()[..] else { panic!("expected two requests") };
    assert_eq!(sent.method, "PUT");
    assert!(sent.url.ends_with("/cat?partNumber=7&uploadId=u%2F1"), "{}", sent.url);
    assert_eq!(sent.header("x-amz-checksum-crc32"), "g9zvtw==");
    assert_eq!(completed.method, "POST");
    assert!(completed.url.ends_with("/cat?uploadId=u%2F1"), "{}", completed.url);
    assert!(
        body(completed).ends_with(
            "<Part><ETag>&quot;e1&quot;</ETag><ChecksumCRC32>g9zvtw==</ChecksumCRC32>\
             <PartNumber>7</PartNumber></Part></CompleteMultipartUpload>"
        ),
        "{}",
        body(completed)
    );
    assert_eq!(completed.header("x-amz-checksum-type"), "FULL_OBJECT");
    assert_eq!(completed.header("x-amz-checksum-crc32"), "g9zvtw==");
    assert_eq!(completed.header("x-amz-mp-object-size"), "1");
    assert_eq!(completed.header("if-none-match"), "*");
    // The request has the checksum of the object, not of the part list, and no other.
    assert_eq!(completed.header("x-amz-checksum-crc64nvme"), "");
}

#[tokio::test]
async fn an_upload_declares_the_checksum_of_its_parts() {
    let declared = async |client: &Client, transport: &MockTransport| {
        transport.response(
            200,
            "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>",
        );
        client.create_multipart_upload("films", "k").await.unwrap();
        transport.requests().last().unwrap().header("x-amz-checksum-algorithm").to_owned()
    };
    let transport = MockTransport::new();
    let of = |builder: ClientBuilder| builder.build().unwrap();
    let builder = || testing::client_builder(&transport);
    assert_eq!(declared(&of(builder()), &transport).await, "CRC64NVME");
    let other = of(builder().checksum_algorithm(ChecksumAlgorithm::Sha256));
    assert_eq!(declared(&other, &transport).await, "SHA256");
    let spared = of(builder().checksum_calculation(ChecksumCalculation::WhenRequired));
    assert_eq!(declared(&spared, &transport).await, "");
    let without = of(builder().service_profile(ServiceProfile::named("b2").unwrap()));
    assert_eq!(declared(&without, &transport).await, "");
    // A part could be a stream, and this service is not known to support checksum trailers.
    let unknown = of(builder().endpoint("https://s3.example.com"));
    assert_eq!(declared(&unknown, &transport).await, "");
    let garage = ServiceProfile::named("garage").unwrap();
    let over_tls = of(builder().endpoint("https://s3.example.com").service_profile(garage.clone()));
    assert_eq!(declared(&over_tls, &transport).await, "CRC64NVME");
    let plain = of(builder().endpoint("http://s3.example.com").allow_http(true).service_profile(garage));
    assert_eq!(declared(&plain, &transport).await, "", "signed trailers are not supported");
    let minio = ServiceProfile::named("minio").unwrap();
    let refusing = of(builder().endpoint("https://s3.example.com").service_profile(minio));
    assert_eq!(declared(&refusing, &transport).await, "CRC64NVME");
    transport.response(501, "<Error><Code>NotImplemented</Code></Error>").stored();
    refusing.put_object("films", "k", "x").await.unwrap();
    assert_eq!(declared(&refusing, &transport).await, "", "the service is known to reject checksums");
}

#[tokio::test]
async fn invalid_parts_are_not_sent() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    for number in [0, 10_001] {
        let error = client.upload_part("films", "k", "u", number, "x").await.unwrap_err();
        assert!(error.message().contains(&format!("part number {number}")), "{error}");
        assert!(error.message().contains("1 to 10000"), "{error}");
    }
    let too_large = Body::replayable(5 * (1 << 30) + 1, || async { Ok(futures_util::stream::empty()) });
    let error = client.upload_part("films", "k", "u", 1, too_large).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::RequestTooLarge);
    assert!(error.message().contains("5368709121") && error.message().contains("5 GiB"), "{error}");
    let endless = Body::from_stream(futures_util::stream::pending());
    let error = client.upload_part("films", "k", "u", 1, endless).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::MissingLength);
    // Without an id, the request would delete the object.
    let error = client.abort_multipart_upload("films", "k", "").await.unwrap_err();
    assert!(error.message().contains("upload id"), "{error}");
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_completion_with_invalid_parts_is_not_sent() {
    let transport = MockTransport::new();
    let client = testing::client(&transport);
    let complete = |numbers: Vec<u32>| {
        let parts: Vec<_> = numbers.into_iter().map(|number| CompletedPart::new(number, "e")).collect();
        client.complete_multipart_upload("films", "k", "u", parts)
    };
    for (numbers, kind, message) in [
        (vec![], ErrorKind::InvalidArgument, "not 0"),
        ((1..=10_001).collect(), ErrorKind::InvalidArgument, "not 10001"),
        (vec![2, 1], ErrorKind::InvalidPartOrder, "part 1 follows part 2"),
        (vec![1, 1], ErrorKind::InvalidPartOrder, "part 1 follows part 1"),
        (vec![0], ErrorKind::InvalidArgument, "part number 0"),
    ] {
        let error = complete(numbers).await.unwrap_err();
        assert_eq!(error.kind(), kind);
        assert!(error.message().contains(message), "{error}");
    }
    assert!(transport.requests().is_empty());
}

#[tokio::test]
async fn a_200_with_an_error_is_an_error_despite_leading_white_space() {
    let error = "<Error><Code>InternalError</Code><Message>m</Message></Error>";
    let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    for response in [
        format!("{declaration}{error}"),
        format!("   \n\n {declaration}{error}"),
        format!("{declaration}\n  \n   \n{error}"),
        format!("\n {declaration} \r\n\t {error}"),
        format!("  {error}"),
    ] {
        let transport = MockTransport::new();
        transport.response(200, response.clone()).response(200, format!("\n {declaration}\n {COMPLETED}"));
        let client = testing::client(&transport);
        let parts = [CompletedPart::new(1, "e")];
        let output = client.complete_multipart_upload("films", "k", "u", parts).await.unwrap();
        assert_eq!(output.etag.unwrap().value(), "e-2", "{response}");
        assert_eq!(transport.requests().len(), 2, "InternalError is retryable: {response}");

        let transport = MockTransport::new();
        transport.response(200, response.replace("InternalError", "AccessDenied"));
        let client = testing::client(&transport);
        let source = CopySource::new("films", "k");
        let error = client.upload_part_copy(source, "archive", "k", "u", 1).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::AccessDenied, "{response}");
    }
}

#[tokio::test]
async fn a_truncated_200_is_not_a_success() {
    for response in ["", "  \n ", "<?xml version=\"1.0\"?>", "<CompleteMultipartUploadResult><ETag>e"] {
        let transport = MockTransport::new();
        transport.response(200, response).repeat_last();
        let client = testing::client(&transport);
        let parts = [CompletedPart::new(1, "e")];
        let error = client.complete_multipart_upload("films", "k", "u", parts).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidResponse, "{response}");
        // Three attempts, and a HEAD of the object.
        assert_eq!(transport.requests().len(), 4, "{response}");
        assert_eq!(transport.requests()[3].method, "HEAD");
    }
}

#[tokio::test]
async fn a_part_is_copied_from_a_range_of_its_source() {
    let transport = MockTransport::new();
    transport.reply_with(
        200,
        &[("x-amz-copy-source-version-id", "v1")],
        "<CopyPartResult><LastModified>2011-04-11T20:34:56.000Z</LastModified><ETag>\"e\"</ETag>\
         <ChecksumSHA256>c</ChecksumSHA256></CopyPartResult>",
    );
    let client = testing::client(&transport);
    let source = CopySource::new("photos", "a b+%ü?#/..//").with_version_id("v+1");
    let output = client
        .upload_part_copy(source, "archive", "k", "u", 3)
        .copy_source_range(5..10)
        .copy_source_if_match("e0")
        .expected_source_bucket_owner("111122223333")
        .await
        .unwrap();
    let part = output.completed(3);
    assert_eq!(part.part_number, 3);
    assert_eq!(part.checksums.get(&ChecksumAlgorithm::Sha256), Some("c"));
    let request = &transport.requests()[0];
    assert_eq!(request.header("x-amz-copy-source"), "photos/a%20b%2B%25%C3%BC%3F%23/..//?versionId=v%2B1");
    assert_eq!(request.header("x-amz-copy-source-range"), "bytes=5-9");
    assert_eq!(request.header("x-amz-copy-source-if-match"), "\"e0\"");
    assert_eq!(request.header("x-amz-source-expected-bucket-owner"), "111122223333");
}

#[tokio::test]
async fn every_request_of_an_upload_has_the_customer_key() {
    let transport = MockTransport::new();
    let confirmed = [("x-amz-server-side-encryption-customer-algorithm", "AES256")];
    let created = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
    transport
        .reply_with(200, &confirmed, created)
        .reply_with(200, &[confirmed[0], ("etag", "\"e\"")], "")
        .reply_with(200, &confirmed, "<CopyPartResult/>")
        .response(200, "<ListPartsResult/>")
        .response(200, COMPLETED);
    let client = testing::client(&transport);
    let key = CustomerKey::aes256(&[7; 32]).unwrap();
    let source_key = CustomerKey::aes256(&[8; 32]).unwrap();
    client.create_multipart_upload("films", "k").encrypt_with(key.clone()).await.unwrap();
    client.upload_part("films", "k", "u", 1, "x").customer_key(key.clone()).await.unwrap();
    client
        .upload_part_copy(CopySource::new("films", "other"), "films", "k", "u", 2)
        .customer_key(key.clone())
        .copy_source_customer_key(source_key)
        .await
        .unwrap();
    client.list_parts("films", "k", "u").customer_key(key.clone()).await.unwrap();
    let parts = [CompletedPart::new(1, "e")];
    client.complete_multipart_upload("films", "k", "u", parts).customer_key(key).await.unwrap();

    let requests = transport.requests();
    assert_eq!(requests.len(), 5);
    for request in &requests {
        let prefix = "x-amz-server-side-encryption-customer";
        assert_eq!(request.header(&format!("{prefix}-algorithm")), "AES256", "{}", request.url);
        assert_eq!(request.header(&format!("{prefix}-key")), "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=");
        assert_eq!(request.header(&format!("{prefix}-key-md5")), "y4HAEFCYWuvAXWFTtA1Qpg==");
    }
    let source = "x-amz-copy-source-server-side-encryption-customer-key";
    assert_eq!(requests[2].header(source), "CAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg=");
}

#[tokio::test]
async fn uploads_are_listed_page_by_page_and_their_keys_decoded() {
    let page = |encoding: &str, next: &str| {
        format!(
            "<ListMultipartUploadsResult><Bucket>films</Bucket>{encoding}{next}<Upload><Key>a+b%2Bc%0A</Key>\
             <UploadId>u%2B1</UploadId><Initiated>2010-11-10T20:48:33.000Z</Initiated>\
             <Initiator><ID>i</ID></Initiator><ChecksumAlgorithm>CRC32</ChecksumAlgorithm></Upload>\
             <CommonPrefixes><Prefix>x+y/</Prefix></CommonPrefixes></ListMultipartUploadsResult>"
        )
    };
    let next = "<IsTruncated>true</IsTruncated><NextKeyMarker>a+b%2Bc%0A</NextKeyMarker>\
                <NextUploadIdMarker>u%2B1</NextUploadIdMarker>";
    let transport = MockTransport::new();
    transport.response(200, page("<EncodingType>url</EncodingType>", next)).response(200, page("", ""));
    let mut pages = testing::client(&transport).list_multipart_uploads("films").prefix("a ").pages();
    let first = pages.try_next().await.unwrap().unwrap();
    assert_eq!(first.uploads[0].key, "a b+c\n");
    assert_eq!(first.uploads[0].upload_id, "u%2B1", "only keys are encoded");
    assert_eq!(first.common_prefixes, ["x y/"]);
    // Some services do not support the encoding and do not echo it.
    let second = pages.try_next().await.unwrap().unwrap();
    assert_eq!(second.uploads[0].key, "a+b%2Bc%0A");
    assert!(pages.try_next().await.unwrap().is_none());
    let urls: Vec<_> = transport.requests().into_iter().map(|request| request.url).collect();
    assert!(urls[0].ends_with("/?encoding-type=url&prefix=a%20&uploads="), "{}", urls[0]);
    let query = "/?encoding-type=url&key-marker=a%20b%2Bc%0A&prefix=a%20&upload-id-marker=u%252B1&uploads=";
    assert!(urls[1].ends_with(query), "{}", urls[1]);
}

#[tokio::test]
async fn parts_are_listed_page_by_page_and_can_be_completed() {
    let page = |number: u32, next: &str| {
        format!(
            "<ListPartsResult>{next}<ChecksumAlgorithm>SHA256</ChecksumAlgorithm><Part>\
             <PartNumber>{number}</PartNumber><ETag>\"e{number}\"</ETag><Size>5</Size>\
             <ChecksumSHA256>c</ChecksumSHA256></Part></ListPartsResult>"
        )
    };
    let next = "<IsTruncated>true</IsTruncated><NextPartNumberMarker>1</NextPartNumberMarker>";
    let transport = MockTransport::new();
    transport.response(200, page(1, next)).response(200, page(2, "")).response(200, COMPLETED);
    let client = testing::client(&transport);
    let mut listed = client.list_parts("films", "k", "u").max_parts(1).items();
    let mut parts = Vec::new();
    while let Some(part) = listed.try_next().await.unwrap() {
        parts.push(part);
    }
    assert_eq!(parts.iter().map(|part| part.part_number).collect::<Vec<_>>(), [1, 2]);
    client.complete_multipart_upload("films", "k", "u", parts).await.unwrap();
    let requests = transport.requests();
    assert!(requests[0].url.ends_with("/k?max-parts=1&uploadId=u"), "{}", requests[0].url);
    assert!(requests[1].url.contains("part-number-marker=1"), "{}", requests[1].url);
    assert!(body(&requests[2]).contains("<ChecksumSHA256>c</ChecksumSHA256><PartNumber>2</PartNumber>"));
}

#[tokio::test]
async fn endless_lists_are_errors() {
    let uploads = "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>\
                   <NextUploadIdMarker>u</NextUploadIdMarker></ListMultipartUploadsResult>";
    let transport = MockTransport::new();
    transport.response(200, uploads).repeat_last();
    let mut items = testing::client(&transport).list_multipart_uploads("films").items();
    let error = items.try_next().await.unwrap_err();
    assert!(error.message().contains("never end"), "{error}");

    let transport = MockTransport::new();
    let parts = "<ListPartsResult><IsTruncated>true</IsTruncated>\
                 <NextPartNumberMarker>3</NextPartNumberMarker></ListPartsResult>";
    transport.response(200, parts).repeat_last();
    let mut items = testing::client(&transport).list_parts("films", "k", "u").items();
    let error = items.try_next().await.unwrap_err();
    assert!(error.message().contains("never end"), "{error}");

    let transport = MockTransport::new();
    transport.response(200, "<ListPartsResult><IsTruncated>true</IsTruncated></ListPartsResult>");
    let mut items = testing::client(&transport).list_parts("films", "k", "u").items();
    let error = items.try_next().await.unwrap_err();
    assert!(error.message().contains("has no marker"), "{error}");
}

#[tokio::test]
async fn several_uploads_to_one_key_are_not_an_endless_list() {
    let page = |upload: &str| {
        format!(
            "<ListMultipartUploadsResult><IsTruncated>true</IsTruncated><NextKeyMarker>k</NextKeyMarker>\
             <NextUploadIdMarker>{upload}</NextUploadIdMarker><Upload><Key>k</Key><UploadId>{upload}</UploadId>\
             </Upload></ListMultipartUploadsResult>"
        )
    };
    let transport = MockTransport::new();
    for upload in ["a", "b", "c"] {
        transport.response(200, page(upload));
    }
    transport.response(200, "<ListMultipartUploadsResult/>");
    let mut items = testing::client(&transport).list_multipart_uploads("films").items();
    let mut ids = Vec::new();
    while let Some(upload) = items.try_next().await.unwrap() {
        ids.push(upload.upload_id);
    }
    assert_eq!(ids, ["a", "b", "c"]);
}

#[tokio::test]
async fn a_part_with_the_callers_checksum_has_no_other() {
    let transport = MockTransport::new();
    transport.stored();
    let mut operation = UploadPart::new("films", "k", "u", 1, "x");
    operation.checksums = ObjectChecksums::default();
    operation.checksums.set(ChecksumAlgorithm::XxHash3, "eA==");
    testing::client(&transport).send(operation).await.unwrap();
    let request = &transport.requests()[0];
    assert_eq!(request.header("x-amz-checksum-xxhash3"), "eA==");
    assert_eq!(request.header("x-amz-checksum-crc64nvme"), "");
}

#[tokio::test]
async fn the_checksum_of_an_object_is_combined_from_its_parts() {
    use ChecksumAlgorithm::{Crc32, Crc32c, Crc64Nvme, Sha1, Sha256};
    let (_server, client) = start().await;
    let contents = [vec![b'a'; 5 << 20], b"the end".to_vec()];
    for (algorithm, checksum_type) in [
        (Crc32, ChecksumType::Composite),
        (Crc32c, ChecksumType::Composite),
        (Sha1, ChecksumType::Composite),
        (Sha256, ChecksumType::Composite),
        (Crc32, ChecksumType::FullObject),
        (Crc32c, ChecksumType::FullObject),
        (Crc64Nvme, ChecksumType::FullObject),
    ] {
        let request = client.create_multipart_upload("photos", "k").checksum_algorithm(algorithm.clone());
        let upload = request.checksum_type(checksum_type.clone()).await.unwrap();
        assert_eq!(upload.checksum_algorithm, Some(algorithm.clone()));
        let id = &upload.upload_id;
        let mut parts = Vec::new();
        for (number, content) in (1..).zip(&contents) {
            let part = client.upload_part("photos", "k", id, number, content.clone());
            parts.push(part.checksum_algorithm(algorithm.clone()).await.unwrap().completed(number));
        }
        let values: Vec<&str> = parts.iter().map(|part| part.checksums.get(&algorithm).unwrap()).collect();
        let expected = if checksum_type == ChecksumType::Composite {
            checksum::composite(&algorithm, values).unwrap()
        } else {
            let sizes = contents.iter().map(|content| content.len() as u64);
            checksum::combine(&algorithm, sizes.zip(values)).unwrap()
        };
        let etag = checksum::multipart_etag(parts.iter().filter_map(|part| part.etag.as_ref()));
        let complete = |parts: Vec<CompletedPart>, value: &str| {
            let request = client.complete_multipart_upload("photos", "k", id, parts);
            request.checksum_type(checksum_type.clone()).checksum(algorithm.clone(), value)
        };

        // Inconsistent values are rejected: a wrong total, a wrong value of a part, a wrong size.
        let zero = expected.replace(|c: char| c.is_ascii_alphanumeric(), "A");
        complete(parts.clone(), &zero).await.unwrap_err();
        let mut wrong = parts.clone();
        wrong[0].checksums.set(algorithm.clone(), checksum_of_empty_content(&algorithm));
        complete(wrong, &expected).await.unwrap_err();
        complete(parts.clone(), &expected).mpu_object_size(1).await.unwrap_err();

        let size = contents.iter().map(|content| content.len() as u64).sum();
        let done = complete(parts, &expected).mpu_object_size(size).await.unwrap();
        assert_eq!(done.checksums.get(&algorithm), Some(expected.as_str()), "{algorithm} {checksum_type}");
        assert_eq!(done.checksums.checksum_type, Some(checksum_type.clone()));
        assert_eq!(done.etag, etag);
        let read = client.get_object("photos", "k").await.unwrap().body;
        assert_eq!(read.is_verified(), checksum_type == ChecksumType::FullObject);
        assert_eq!(read.bytes().await.unwrap(), contents.concat());
    }
}

fn checksum_of_empty_content(algorithm: &ChecksumAlgorithm) -> String {
    checksum::Checksum::of(algorithm, b"").unwrap()
}

#[tokio::test]
async fn a_composite_upload_requires_the_checksum_of_each_part() {
    let (_server, client) = start().await;
    let request = client.create_multipart_upload("photos", "k").checksum_algorithm(ChecksumAlgorithm::Sha256);
    let id = request.await.unwrap().upload_id;
    let other = client.upload_part("photos", "k", &id, 1, "x").checksum_algorithm(ChecksumAlgorithm::Crc32);
    assert_eq!(
        other.await.unwrap_err().kind(),
        ErrorKind::InvalidArgument,
        "the algorithm differs from the declared one"
    );
    let part = client.upload_part("photos", "k", &id, 1, "x").checksum_algorithm(ChecksumAlgorithm::Sha256);
    let part = part.await.unwrap().completed(1);
    let bare = CompletedPart::new(1, part.etag.clone().unwrap());
    client.complete_multipart_upload("photos", "k", &id, [bare]).await.unwrap_err();
    client.complete_multipart_upload("photos", "k", &id, [part]).await.unwrap();
}

#[tokio::test]
async fn an_upload_of_an_odd_key_is_listed_continued_and_aborted() {
    let (_server, client) = start().await;
    let key = "a b+%ü?#/..//\u{1}";
    let id = client.create_multipart_upload("photos", key).await.unwrap().upload_id;
    for number in [2, 1, 5] {
        client.upload_part("photos", key, &id, number, format!("{number}")).await.unwrap();
    }
    let listed = client.list_multipart_uploads("photos").prefix("a b").await.unwrap().uploads;
    assert_eq!((listed[0].key.as_str(), &listed[0].upload_id), (key, &id));
    let mut parts = client.list_parts("photos", key, &id).max_parts(2).items();
    let mut numbers = Vec::new();
    while let Some(part) = parts.try_next().await.unwrap() {
        numbers.push(part.part_number);
    }
    assert_eq!(numbers, [1, 2, 5]);
    client.abort_multipart_upload("photos", key, &id).await.unwrap();
    assert!(client.list_multipart_uploads("photos").await.unwrap().uploads.is_empty());
    let error = client.list_parts("photos", key, &id).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UploadNotFound);
    assert!(error.is_not_found());
}

#[tokio::test]
async fn an_upload_of_one_empty_part_is_an_empty_object() {
    let (server, client) = start().await;
    let id = client.create_multipart_upload("photos", "k").await.unwrap().upload_id;
    let part = client.upload_part("photos", "k", &id, 1, "").await.unwrap().completed(1);
    client.complete_multipart_upload("photos", "k", &id, [part]).await.unwrap();
    assert_eq!(client.head_object("photos", "k").await.unwrap().content_length, Some(0));
    client.abort_multipart_upload("photos", "k", "none").await.unwrap_err();
    // Requests of methods with a body declare zero bytes; other requests have no length.
    for request in server.requests().all() {
        let length = request.headers.get("content-length").map(|value| value.to_str().unwrap().to_owned());
        match request.operation.as_str() {
            "CreateMultipartUpload" | "UploadPart" => assert_eq!(length.as_deref(), Some("0")),
            "HeadObject" | "AbortMultipartUpload" => assert_eq!(length, None, "{}", request.operation),
            _ => {}
        }
    }
}

#[tokio::test]
async fn content_that_looks_like_an_error_is_content() {
    let (_server, client) = start().await;
    let content = "<Error><Code>InternalError</Code></Error>";
    client.put_object("photos", "k", content).await.unwrap();
    assert_eq!(client.get_object_string("photos", "k").await.unwrap(), content);
}
