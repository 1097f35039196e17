//! A value and where it came from.

use std::fmt;

/// A setting with the place where it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Where it was found.
    pub source: Source,
}

/// Where a setting was found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// The program: a setter of the client's builder.
    Code(&'static str),
    /// An environment variable.
    Environment(&'static str),
    /// A key of a profile, or of a section that the profile names.
    Profile {
        /// The profile or section.
        section: String,
        /// The key, with that of the nested block before it.
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
