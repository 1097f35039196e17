//! The root elements of lists. Services do not agree on their names, and a list that is read under a wrong name would be an
//! empty one.

/// The root of one kind of list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListRoot {
    /// The name that S3 writes.
    pub(crate) name: &'static str,
    /// What the names of other services hold between `List` and `Result` or `Response`.
    pub(crate) words: &'static [&'static str],
    /// What they do not hold, because it names another kind of list.
    pub(crate) other_words: &'static [&'static str],
    /// Children, one of which proves that a root with another name than S3's is the list.
    pub(crate) proof: &'static [&'static str],
}

impl ListRoot {
    /// Whether a root of this name can be the list.
    pub(crate) fn accepts(&self, root: &str) -> bool {
        let has = |words: &[&str], text: &str| words.iter().any(|word| text.contains(word));
        let variant = || {
            let inside = root.strip_prefix("List")?;
            let inside = inside.strip_suffix("Result").or_else(|| inside.strip_suffix("Response"))?;
            Some(has(self.words, inside) && !has(self.other_words, inside))
        };
        root == self.name || variant() == Some(true)
    }

    /// Whether a child of this name proves that the root is the list.
    pub(crate) fn is_proven_by(&self, child: &str) -> bool {
        self.proof.contains(&child)
    }

    /// What is wrong with a root of this name.
    pub(crate) fn refusal(&self, root: &str) -> String {
        if self.accepts(root) {
            return format!("the response <{root}> holds nothing of a <{}>", self.name);
        }
        format!("the response should be <{}> and is <{root}>", self.name)
    }
}
