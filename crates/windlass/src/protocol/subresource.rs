//! Subresources: documents that S3 stores with a bucket or object, each selected by a query parameter.

/// A subresource of a bucket or object: a document that S3 stores with it, such as `?cors`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Subresource {
    /// The query parameter, such as `cors`.
    pub name: &'static str,
    /// The root element of the document, such as `CORSConfiguration`.
    pub root: &'static str,
    /// The error code of a service that supports the subresource but has no document for it, such as
    /// `NoSuchCORSConfiguration`.
    pub missing: &'static str,
}

impl Subresource {
    /// Creates a subresource.
    pub const fn new(name: &'static str, root: &'static str, missing: &'static str) -> Self {
        Self { name, root, missing }
    }
}
