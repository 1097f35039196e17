//! Options for object settings, named as in `aws s3 cp`.

use std::time::SystemTime;

use windlass::Request;
use windlass::operations::{CopyObject, PutObject};
use windlass::paths::parse_size;
use windlass::transfer::{LARGEST_PART, SMALLEST_PART, Upload};
use windlass::types::{ChecksumAlgorithm, Grants, ObjectSettings};

use crate::access_arguments::AccessArguments;
use crate::failure::Failure;
use crate::metadata::{self, Pairs, parse_pairs};
use crate::progress::Progress;

/// Settings of written objects.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Object settings")]
pub(crate) struct ObjectArguments {
    /// Set a canned access control list
    #[arg(long)]
    pub(crate) acl: Option<String>,

    /// Set Cache-Control
    #[arg(long, value_name = "TEXT")]
    pub(crate) cache_control: Option<String>,

    /// Set Content-Type; guessed from the file name by default
    #[arg(long, value_name = "TYPE")]
    pub(crate) content_type: Option<String>,

    /// Set Content-Disposition
    #[arg(long, value_name = "TEXT")]
    pub(crate) content_disposition: Option<String>,

    /// Set Content-Encoding; does not encode the content
    #[arg(long, value_name = "TEXT")]
    pub(crate) content_encoding: Option<String>,

    /// Set Content-Language
    #[arg(long, value_name = "TEXT")]
    pub(crate) content_language: Option<String>,

    /// Set Expires: 2027-01-01, 2027-01-01T12:00:00Z or an HTTP date; UTC by default
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    pub(crate) expires: Option<SystemTime>,

    /// Set user metadata: name=value,name="with, comma" or a JSON object; may be repeated
    #[arg(long, value_name = "MAP", value_parser = parse_pairs)]
    pub(crate) metadata: Vec<Pairs>,

    /// Set the storage class, such as STANDARD_IA
    #[arg(long, value_name = "CLASS")]
    pub(crate) storage_class: Option<String>,

    /// Set server-side encryption; AES256 by default
    #[arg(long, value_name = "METHOD", num_args = 0..=1, default_missing_value = "AES256",
          value_parser = ["AES256", "aws:kms", "aws:kms:dsse"])]
    pub(crate) sse: Option<String>,

    /// Set the KMS key
    #[arg(long, value_name = "ID", requires = "sse")]
    pub(crate) sse_kms_key_id: Option<String>,

    /// Redirect website requests for the object to this URL
    #[arg(long, value_name = "URL")]
    pub(crate) website_redirect: Option<String>,

    /// Set tags: name=value&name=value, percent-encoded
    #[arg(long, alias = "tags", value_name = "QUERY")]
    pub(crate) tagging: Option<String>,

    /// Grant permissions: read|readacl|writeacl|full=id=..., uri=... or emailaddress=...; may be repeated
    #[arg(long, value_name = "GRANT", value_parser = parse_grant)]
    pub(crate) grants: Vec<Grant>,

    /// Set the checksum algorithm
    #[arg(long, value_name = "NAME", ignore_case = true,
          value_parser = CHECKSUMS)]
    pub(crate) checksum_algorithm: Option<String>,

    /// Part size, and the size above which objects are sent in parts; 8MB by default, but copies within S3 use parts
    /// only above 5GB
    #[arg(long, value_name = "SIZE", value_parser = parse_part_size)]
    pub(crate) part_size: Option<u64>,
}

/// A permission for its grantees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    permission: Permission,
    grantee: String,
}

const CHECKSUMS: [&str; 10] =
    ["CRC32", "CRC32C", "CRC64NVME", "MD5", "SHA1", "SHA256", "SHA512", "XXHASH64", "XXHASH3", "XXHASH128"];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Permission {
    Full,
    Read,
    ReadAcl,
    WriteAcl,
}

impl ObjectArguments {
    /// Whether nothing is set.
    pub(crate) fn is_empty(&self) -> bool {
        !self.sets_headers()
            && self.acl.is_none()
            && self.storage_class.is_none()
            && self.sse.is_none()
            && self.tagging.is_none()
            && self.grants.is_empty()
            && self.checksum_algorithm.is_none()
            && self.part_size.is_none()
    }

    /// Validates options against each other.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        metadata::merged(&self.metadata).map(drop).map_err(|why| Failure::usage(format!("--metadata: {why}")))
    }

    /// Whether metadata is set that a copy within S3 keeps from its source unless the directive is REPLACE.
    pub(crate) fn sets_headers(&self) -> bool {
        let texts = [
            &self.cache_control,
            &self.content_type,
            &self.content_disposition,
            &self.content_encoding,
            &self.content_language,
            &self.website_redirect,
        ];
        texts.into_iter().any(Option::is_some) || self.expires.is_some() || !self.metadata.is_empty()
    }

    fn settings(&self, guessed_type: Option<String>) -> ObjectSettings {
        let mut settings = ObjectSettings::default();
        settings.acl = self.acl.as_deref().map(Into::into);
        settings.cache_control.clone_from(&self.cache_control);
        settings.content_type = self.content_type.clone().or(guessed_type);
        settings.content_disposition.clone_from(&self.content_disposition);
        settings.content_encoding.clone_from(&self.content_encoding);
        settings.content_language.clone_from(&self.content_language);
        settings.expires = self.expires;
        settings.metadata = metadata::merged(&self.metadata).unwrap_or_default().into_iter().collect();
        settings.storage_class = self.storage_class.as_deref().map(Into::into);
        settings.server_side_encryption = self.sse.as_deref().map(Into::into);
        settings.sse_kms_key_id.clone_from(&self.sse_kms_key_id);
        settings.website_redirect_location.clone_from(&self.website_redirect);
        settings.tagging.clone_from(&self.tagging);
        settings.grants = self.grant_headers();
        settings
    }

    fn grant_headers(&self) -> Grants {
        let of = |permission| {
            let grantees = self.grants.iter().filter(|grant| grant.permission == permission);
            let grantees: Vec<&str> = grantees.map(|grant| grant.grantee.as_str()).collect();
            (!grantees.is_empty()).then(|| grantees.join(", "))
        };
        let mut grants = Grants::default();
        grants.full_control = of(Permission::Full);
        grants.read = of(Permission::Read);
        grants.read_acp = of(Permission::ReadAcl);
        grants.write_acp = of(Permission::WriteAcl);
        grants
    }

    fn checksum(&self) -> Option<ChecksumAlgorithm> {
        self.checksum_algorithm.as_deref().map(|name| name.to_ascii_uppercase().as_str().into())
    }

    /// Applies the options to a PutObject. `guessed_type` is the content type if none is given.
    fn put(
        &self,
        mut request: Request<PutObject>,
        access: &AccessArguments,
        guessed_type: Option<String>,
    ) -> Request<PutObject> {
        request = request.settings(self.settings(guessed_type));
        if let Some(algorithm) = self.checksum() {
            request = request.checksum_algorithm(algorithm);
        }
        access.write(request)
    }

    /// Builds an upload, in parts if it is large.
    pub(crate) fn upload(
        &self,
        request: Request<PutObject>,
        access: &AccessArguments,
        guessed_type: Option<String>,
        progress: &Progress,
    ) -> Upload {
        let progress = progress.clone();
        let upload = self.put(request, access, guessed_type).in_parts();
        let upload = upload.on_progress(move |bytes| progress.add(bytes));
        match self.part_size {
            Some(bytes) => upload.part_size(bytes),
            None => upload,
        }
    }

    /// Applies the options to a copy within S3. `source` has the access options for its source. Given tags replace
    /// those of the source.
    pub(crate) fn copy(
        &self,
        mut request: Request<CopyObject>,
        source: &AccessArguments,
        access: &AccessArguments,
        metadata_directive: Option<&str>,
    ) -> Request<CopyObject> {
        request = request.settings(self.settings(None));
        if let Some(directive) = metadata_directive {
            request = request.metadata_directive(directive);
        }
        if self.tagging.is_some() {
            request = request.tagging_directive("REPLACE");
        }
        if let Some(algorithm) = self.checksum() {
            request = request.checksum_algorithm(algorithm);
        }
        if let Some(key) = &source.sse_c_key {
            request = request.copy_source_customer_key(key.clone());
        }
        if let Some(account_id) = &source.account.expected_bucket_owner {
            request = request.expected_source_bucket_owner(account_id);
        }
        access.write(request)
    }
}

/// Guesses the content type from a file name.
pub(crate) fn guess_type(name: &str) -> Option<String> {
    mime_guess::from_path(name).first().map(|guess| guess.essence_str().to_owned())
}

/// Parses a time: ISO 8601, an HTTP date or Unix seconds. Times without a zone are in UTC, on every machine.
pub(crate) fn parse_time(text: &str) -> Result<SystemTime, String> {
    let text = text.trim();
    let seconds = || jiff::Timestamp::from_second(text.parse::<u32>().ok()?.into()).ok();
    let civil = |text: &str| {
        let time = text.parse::<jiff::civil::DateTime>();
        time.or_else(|_| text.parse::<jiff::civil::Date>().map(jiff::civil::DateTime::from)).ok()
    };
    let in_utc = || Some(civil(text)?.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp());
    let http = || jiff::fmt::rfc2822::DateTimeParser::new().relaxed_weekday(true).parse_timestamp(text).ok();
    let timestamp = seconds().or_else(|| text.parse().ok()).or_else(in_utc).or_else(http);
    let Some(timestamp) = timestamp else {
        let time = last_days(civil(text.strip_suffix(['Z', 'z']).unwrap_or(text)), text);
        return time.ok_or_else(|| "write a time as 2027-01-01 or 2027-01-01T12:00:00Z".to_owned());
    };
    // HTTP dates have whole seconds.
    let whole = jiff::Timestamp::from_second(timestamp.as_second()).unwrap_or(timestamp);
    Ok(SystemTime::from(whole))
}

/// A UTC time in the year 9999, which stands for "never". Its last days are out of range for `jiff::Timestamp`.
fn last_days(time: Option<jiff::civil::DateTime>, text: &str) -> Option<SystemTime> {
    let has_offset = text.contains('+') || text.matches('-').count() > 2;
    let time = time.filter(|time| time.year() == 9999 && !has_offset)?;
    let since = time.duration_since(jiff::civil::date(1970, 1, 1).at(0, 0, 0, 0)).as_secs();
    SystemTime::UNIX_EPOCH.checked_add(std::time::Duration::from_secs(since.try_into().ok()?))
}

fn parse_part_size(text: &str) -> Result<u64, String> {
    let bytes = parse_size(text).map_err(|error| error.message().to_owned())?;
    if (SMALLEST_PART..=LARGEST_PART).contains(&bytes) {
        Ok(bytes)
    } else {
        Err("parts have 5MB to 5GB".to_owned())
    }
}

fn parse_grant(text: &str) -> Result<Grant, String> {
    let wrong = || "write a grant as read=uri=http://..., with read, readacl, writeacl or full".to_owned();
    let (permission, rest) = text.split_once('=').ok_or_else(wrong)?;
    let permission = match permission.to_ascii_lowercase().as_str() {
        "full" => Permission::Full,
        "read" => Permission::Read,
        "readacl" => Permission::ReadAcl,
        "writeacl" => Permission::WriteAcl,
        _ => return Err(wrong()),
    };
    let grantees = rest.split(',').map(|grantee| {
        let (kind, value) = grantee.split_once('=').ok_or_else(wrong)?;
        let kind = match kind.to_ascii_lowercase().as_str() {
            "id" => "id",
            "uri" => "uri",
            "emailaddress" => "emailAddress",
            _ => return Err(wrong()),
        };
        Ok(format!("{kind}=\"{}\"", value.trim_matches('"')))
    });
    Ok(Grant { permission, grantee: grantees.collect::<Result<Vec<_>, String>>()?.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_accepted_in_common_forms() {
        let check = |text: &str, seconds: u64| {
            let expected = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds);
            assert_eq!(parse_time(text), Ok(expected), "{text}");
        };
        check("2027-01-01", 1_798_761_600);
        check(" 2027-01-01 ", 1_798_761_600);
        check("2027-01-01T12:00", 1_798_804_800);
        check("2027-01-01 12:00:00", 1_798_804_800);
        check("2027-01-01T12:00:00Z", 1_798_804_800);
        check("2027-01-01T12:00:00.5+02:00", 1_798_797_600);
        check("Fri, 01 Jan 2027 12:00:00 GMT", 1_798_804_800);
        check("Fri, 01 Jan 2027 14:00:00 +0200", 1_798_804_800);
        check("1798804800", 1_798_804_800);
        check("9999-12-31", 253_402_214_400);
        check("9999-12-31T23:59:59Z", 253_402_300_799);
        for wrong in [
            "",
            "tomorrow",
            "2027-13-01",
            "2027-02-30",
            "2027-01-01T25:00",
            "-1",
            "1h",
            "01/01/2027",
            "9999-12-31T12:00:00+02:00",
        ] {
            assert!(parse_time(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn grants_of_one_permission_are_joined() {
        let grants = ["read=id=1,uri=http://x", "read=emailaddress=a@b", "full=id=2"];
        let grants = grants.map(|grant| parse_grant(grant).unwrap()).to_vec();
        let headers = ObjectArguments { grants, ..ObjectArguments::default() }.grant_headers();
        assert_eq!(headers.read.as_deref(), Some("id=\"1\", uri=\"http://x\", emailAddress=\"a@b\""));
        assert_eq!(headers.full_control.as_deref(), Some("id=\"2\""));
        assert!(parse_grant("write=id=1").is_err());
    }
}
