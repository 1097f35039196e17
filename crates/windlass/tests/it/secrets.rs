//! Secrets are absent from `Debug` and `Display` output.

use std::time::Duration;

use windlass::testing::{self, MockTransport, RecordingObserver};
use windlass::types::CustomerKey;
use windlass::{Client, Credentials};

const SECRET: &str = "PLANTED-SECRET";
const TOKEN: &str = "PLANTED-TOKEN";

#[tokio::test]
async fn formatted_values_contain_no_secrets() {
    let transport = MockTransport::new();
    transport.response(403, "<Error><Code>AccessDenied</Code></Error>").repeat_last();
    let observer = RecordingObserver::default();
    let credentials = Credentials::new("id", SECRET).with_session_token(TOKEN);
    let builder: windlass::ClientBuilder =
        testing::client_builder(&transport).credentials(credentials.clone()).observer(observer.clone());
    let client: Client = builder.clone().build().unwrap();
    let key = CustomerKey::aes256(b"PLANTED-CUSTOMER-KEY-32-BYTES-00").unwrap();
    let request = client.put_object("photos", "k", "body").encrypt_with(key.clone());
    let presigned = client.get_object("photos", "k").presign(Duration::from_secs(60)).await.unwrap();
    let post = client.presign_post("photos", "k").field("x-amz-meta-a", "PLANTED-CUSTOMER");
    let form = post.clone().await.unwrap();
    let signed = request.clone().sign().await.unwrap();
    let authorization = signed.headers()["authorization"].to_str().unwrap().to_owned();
    let (_, header_signature) = authorization.rsplit_once("Signature=").unwrap();
    let error = request.clone().await.unwrap_err();

    let mut shown = vec![
        format!("{credentials:?}"),
        format!("{builder:?}"),
        format!("{client:?}"),
        format!("{key:?}"),
        format!("{request:?}"),
        format!("{presigned:?} {presigned}"),
        format!("{post:?} {form:?}"),
        format!("{signed:?}"),
        format!("{error:?} {error}"),
    ];
    shown.extend(observer.events());
    let form: Vec<&str> = form.fields().iter().map(|(_, value)| value.as_str()).collect();
    let [.., policy, form_signature] = form[..] else { panic!("expected a signature in the form") };
    let signature = presigned.url().rsplit_once("X-Amz-Signature=").unwrap().1;
    for text in &shown {
        for secret in [
            SECRET,
            TOKEN,
            "PLANTED-CUSTOMER",
            "UExBTlRFRC1DVVNUT01FUi1LRVkt",
            signature,
            policy,
            form_signature,
            header_signature,
        ] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}
