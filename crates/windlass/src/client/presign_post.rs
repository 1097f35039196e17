//! Browser upload forms: uploads to a bucket without credentials for a limited time.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::ops::RangeInclusive;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use super::post_policy::PostPolicy;
use super::presign::{AheadOfTime, Validity};
use super::{Client, named};
use crate::Result;
use crate::protocol::{Draft, Target, rfc2047};
use crate::types::object_key;

impl Client {
    /// Signs a form with which a browser uploads one file directly to S3. `key` is the key of the object; `${filename}`
    /// in it is replaced by the name of the chosen file.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-UsingHTTPPOST.html>
    ///
    /// ```
    /// # async fn example() -> windlass::Result<()> {
    /// # use std::time::Duration;
    /// # let credentials = windlass::Credentials::new("id", "secret");
    /// let client = windlass::Client::builder().region("eu-west-1").credentials(credentials).build()?;
    /// let form = client
    ///     .presign_post("photos", "inbox/${filename}")
    ///     .field("success_action_status", "201")
    ///     .starts_with("Content-Type", "image/")
    ///     .content_length_range(1..=10 * 1024 * 1024)
    ///     .expires_in(Duration::from_secs(600))
    ///     .await?;
    ///
    /// println!("<form action=\"{}\" method=\"post\" enctype=\"multipart/form-data\">", form.url());
    /// for (name, value) in form.fields() {
    ///     println!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">"); // escape them as HTML wants it
    /// }
    /// println!("<input name=\"Content-Type\" value=\"image/jpeg\"><input type=\"file\" name=\"file\"></form>");
    /// # assert_eq!(form.url(), "https://photos.s3.eu-west-1.amazonaws.com/");
    /// # Ok(())
    /// # }
    /// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(example()).unwrap();
    /// ```
    pub fn presign_post(&self, bucket: impl Into<String>, key: impl Into<String>) -> PresignPost {
        PresignPost {
            client: self.clone(),
            policy: PostPolicy::new(bucket.into(), key.into()),
            expires: Duration::from_secs(60 * 60),
        }
    }
}

/// An unsigned upload form: chain conditions, then `.await` it.
///
/// S3 rejects fields without a condition, except for the file.
#[must_use = "a form does nothing until it is awaited"]
#[derive(Clone)]
pub struct PresignPost {
    client: Client,
    policy: PostPolicy,
    expires: Duration,
}

impl PresignPost {
    /// Limits the size of the file in bytes.
    pub fn content_length_range(mut self, bytes: RangeInclusive<u64>) -> Self {
        self.policy.content_length(bytes);
        self
    }

    /// Requires a field that the page adds to the form to have this value.
    pub fn equals(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.policy.equals(name.into(), value.into());
        self
    }

    /// Sets the lifetime of the form: 1 s to 7 days, 1 h by default.
    pub fn expires_in(mut self, time: Duration) -> Self {
        self.expires = time;
        self
    }

    /// Adds a field to the form, such as `acl`, `Content-Type`, `success_action_redirect` or
    /// `x-amz-server-side-encryption`; the upload must have the same value.
    pub fn field(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.policy.field(name.into(), value.into());
        self
    }

    /// Adds an entry of user metadata to the form; `name` excludes the prefix `x-amz-meta-`.
    pub fn metadata(self, name: impl AsRef<str>, value: impl Into<String>) -> Self {
        let value: String = value.into();
        // Other non-ASCII text is not encoded, because forms support it.
        let value = if value.contains("=?") { rfc2047::encode(&value).into_owned() } else { value };
        self.field(format!("x-amz-meta-{}", name.as_ref()), value)
    }

    /// Requires a field that the page adds to the form to start with this prefix; an empty `prefix` allows any value. A
    /// condition on `key` is added to the one that follows from the form's own key.
    pub fn starts_with(mut self, name: impl Into<String>, prefix: impl Into<String>) -> Self {
        self.policy.starts_with(name.into(), prefix.into());
        self
    }

    /// Signs the form; `.await` is equivalent.
    ///
    /// # Errors
    /// Fails if the bucket, the key, a field or the lifetime is invalid, the form exceeds S3's limit of 20 KiB, or
    /// there are no credentials.
    pub async fn sign(self) -> Result<PresignedPost> {
        let Self { client, policy, expires } = self;
        let (bucket, key) = (policy.bucket.clone(), policy.key.clone());
        let signed = async {
            policy.checked()?;
            object_key::check(&policy.key)?;
            let mut draft = Draft::post(Target::Bucket(&bucket));
            let write = |_: &Draft<'_>, ahead: &AheadOfTime<'_>| {
                let address = &ahead.context.address;
                let scheme = if address.secure { "https" } else { "http" };
                let url = format!("{scheme}://{}{}", address.authority, address.path);
                let fields = policy.sign(ahead.scope, ahead.context.time, ahead.expires_at)?;
                Ok((url, fields))
            };
            let (form, validity) = client.sign_ahead(&mut draft, expires, write).await?;
            let (url, fields) = form?;
            Ok(PresignedPost { url, fields, validity })
        };
        signed.await.map_err(|error| named(error, "PostObject", Target::object(&bucket, &key)))
    }
}

impl IntoFuture for PresignPost {
    type Output = Result<PresignedPost>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.sign())
    }
}

impl fmt::Debug for PresignPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresignPost")
            .field("bucket", &self.policy.bucket)
            .field("key", &self.policy.key)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// A form with which anyone can upload one file for a limited time.
///
/// It is as sensitive as a password until it expires: `Debug` hides the signed fields.
#[derive(Clone)]
pub struct PresignedPost {
    url: String,
    fields: Vec<(String, String)>,
    validity: Validity,
}

impl PresignedPost {
    /// The URL for the upload with `multipart/form-data`.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// All fields of the form; they must precede the field `file`.
    pub fn fields(&self) -> &[(String, String)] {
        &self.fields
    }

    /// The expiry of the form: the requested lifetime or the expiry of the credentials, whichever is earlier.
    pub fn expires_at(&self) -> SystemTime {
        self.validity.expires_at()
    }

    /// Whether the credentials, and with them the form, expire before the requested lifetime ends.
    pub fn credentials_expire_first(&self) -> bool {
        self.validity.credentials_expire_first()
    }
}

impl fmt::Debug for PresignedPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("PresignedPost")
            .field("url", &self.url)
            .field("fields", &names)
            .finish_non_exhaustive()
    }
}
