//! The root elements of lists. Their names differ between services, and a list that is parsed with a wrong
//! name would appear to be empty.

/// The root of one kind of list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListRoot {
    /// The name that S3 writes.
    pub(crate) name: &'static str,
    /// Substrings that the names of other services contain between `List` and `Result` or `Response`.
    pub(crate) words: &'static [&'static str],
    /// Substrings that exclude a name, because they belong to another kind of list.
    pub(crate) other_words: &'static [&'static str],
    /// Child elements. One of them proves that a root with another name is the list.
    pub(crate) proof: &'static [&'static str],
}

impl ListRoot {
    /// Whether a root with this name can be the list.
    pub(crate) fn accepts(&self, root: &str) -> bool {
        let has = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
        let variant = || {
            let inside = root.strip_prefix("List")?;
            let inside = inside.strip_suffix("Result").or_else(|| inside.strip_suffix("Response"))?;
            Some(has(self.words, inside) && !has(self.other_words, inside))
        };
        root == self.name || variant() == Some(true)
    }

    /// Whether a child with this name proves that the root is the list.
    pub(crate) fn is_proven_by(&self, child: &str) -> bool {
        self.proof.contains(&child)
    }

    /// Returns the error message for a root with this name.
    pub(crate) fn refusal(&self, root: &str) -> String {
        if self.accepts(root) {
            return format!("the response <{root}> has no elements of a <{}>", self.name);
        }
        format!("expected a response <{}>, got <{root}>", self.name)
    }
}
