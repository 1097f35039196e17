//! Settings with their sources.

use std::fmt;

/// A setting with its source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// The source of the value.
    pub source: Source,
}

/// The source of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// A setter of the client builder.
    Code(&'static str),
    /// An environment variable.
    Environment(&'static str),
    /// A property of a profile, or of a section that the profile refers to.
    Profile {
        /// The profile or section.
        section: String,
        /// The name of the property, prefixed with the nested block.
        key: String,
    },
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(setter) => write!(f, "{setter} in code"),
            Self::Environment(name) => write!(f, "environment variable {name}"),
            Self::Profile { section, key } => write!(f, "{key} of [{section}] in the AWS config files"),
        }
    }
}
