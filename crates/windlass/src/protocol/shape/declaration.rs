//! Test support for shapes: their declarations, and random values.

/// The declaration of a shape in `shape!`.
#[derive(Debug)]
pub(crate) struct Declaration {
    pub(crate) name: &'static str,
    pub(crate) members: &'static [Member],
}

/// The declaration of a member in `shape!`. Missing texts are empty.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) field: &'static str,
    pub(crate) setter: &'static str,
    /// The type without its parameter.
    pub(crate) outer: &'static str,
    /// `required` or `header`.
    pub(crate) word: &'static str,
    pub(crate) wire: &'static str,
    pub(crate) item: &'static str,
    pub(crate) kind: Kind,
}

/// The type of a member or of the items of a list.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Boolean,
    Integer,
    Shape(&'static Declaration),
    Text,
    Timestamp,
    Word(&'static [&'static str]),
}

/// A source of random numbers, followed by zeros.
#[derive(Debug)]
pub(crate) struct Source(std::vec::IntoIter<u32>);

impl Source {
    pub(crate) fn new(numbers: Vec<u32>) -> Self {
        Self(numbers.into_iter())
    }

    pub(crate) fn next(&mut self) -> u32 {
        self.0.next().unwrap_or_default()
    }

    pub(crate) fn pick(&mut self, values: &[&'static str]) -> &'static str {
        values[self.next() as usize % values.len()]
    }
}
