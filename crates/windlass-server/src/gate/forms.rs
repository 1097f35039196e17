//! Checks of form uploads, which are signed through their policy.

use super::Gate;
use super::claims::Claims;
use super::policy::{Policy, SizeRange};
use super::signature::signature;
use crate::date;
use crate::form::Fields;
use crate::refusal::{Code, Refusal};

impl Gate {
    /// Checks the form. Returns the permitted size range of its file.
    pub(crate) fn admit_form(&self, fields: &Fields, bucket: &str) -> Result<SizeRange, Refusal> {
        // A form without a policy is anonymous.
        let Some(document) = fields.get("policy") else { return Err(Code::AccessDenied.into()) };
        let claims = Claims::of_form(fields)?;
        self.check_scope(&claims)?;
        let secret = self.check_identity(&claims)?;
        if date::parse_amz(&claims.timestamp).is_none() || !claims.timestamp.starts_with(&claims.scope_date) {
            return Err(claims.malformed("the date of the credential differs from X-Amz-Date"));
        }
        if signature(secret, &claims.scope_date, &claims.region, document) != claims.signature {
            return Err(Code::SignatureDoesNotMatch.into());
        }
        Policy::parse(document)?.check(fields, bucket, date::milliseconds(self.clock.now()))
    }
}
