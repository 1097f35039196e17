//! Subresources: documents that S3 keeps beside a bucket or object, each under a name in the query.

/// A subresource of a bucket or object: a document that S3 keeps beside it, such as `?cors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subresource {
    /// The parameter of the query, such as `cors`.
    pub name: &'static str,
    /// The root element of the document, such as `CORSConfiguration`.
    pub root: &'static str,
    /// The error code of a service that knows the subresource and has no document of it, such as
    /// `NoSuchCORSConfiguration`.
    pub missing: &'static str,
}

impl Subresource {
    /// A subresource.
    pub const fn new(name: &'static str, root: &'static str, missing: &'static str) -> Self {
        Self { name, root, missing }
    }
}
