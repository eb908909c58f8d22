//! Many names in one piece of memory.

/// A list of words kept in one string: 8 bytes and its letters for each, no allocation of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    text: String,
    ends: Vec<usize>,
}

impl Names {
    pub fn push(&mut self, name: &str) {
        self.text.push_str(name);
        self.ends.push(self.text.len());
    }

    pub fn get(&self, idx: usize) -> &str {
        let start = idx.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.text[start..self.ends[idx]]
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn iter(&self) -> impl ExactSizeIterator<Item = &str> {
        (0..self.len()).map(|idx| self.get(idx))
    }

    /// Bytes of memory that the list takes.
    pub fn n_bytes(&self) -> usize {
        self.text.capacity() + self.ends.capacity() * size_of::<usize>()
    }

    pub(super) fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }
}

impl<'a> FromIterator<&'a str> for Names {
    fn from_iter<I: IntoIterator<Item = &'a str>>(words: I) -> Self {
        let mut names = Self::default();
        words.into_iter().for_each(|word| names.push(word));
        names
    }
}

/// Finds names by what they stand for, such as `R000042` for `references/R42.jpg`.
#[derive(Clone, Debug, Default)]
pub struct IdIndex {
    ids: Names,
    /// Places in `ids`, by rising id.
    order: Vec<u32>,
}

impl IdIndex {
    /// An index of `ids`, or the place of the first one that is there twice.
    pub fn new(ids: Names) -> Result<Self, usize> {
        let mut order: Vec<u32> = (0..ids.len() as u32).collect();
        order.sort_by_key(|&idx| (ids.get(idx as usize), idx));
        let twice = order
            .windows(2)
            .find(|pair| ids.get(pair[0] as usize) == ids.get(pair[1] as usize));
        match twice {
            Some(pair) => Err(pair[1] as usize),
            None => Ok(Self { ids, order }),
        }
    }

    /// The place of the name with this id.
    pub fn find(&self, id: &str) -> Option<u32> {
        let found = self
            .order
            .binary_search_by(|&idx| self.ids.get(idx as usize).cmp(id));
        found.ok().map(|at| self.order[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_in_their_order() {
        let words = ["b", "", "aé", "c"];
        let names: Names = words.into_iter().collect();
        assert_eq!(names.iter().collect::<Vec<_>>(), words);
        assert!(names.n_bytes() >= 5);
    }

    #[test]
    fn ids_are_found_and_doubles_are_named() {
        let index = IdIndex::new(["b", "c", "a"].into_iter().collect()).unwrap();
        assert_eq!(index.find("a"), Some(2));
        assert_eq!(index.find("d"), None);
        let doubles: Names = ["b", "c", "b"].into_iter().collect();
        assert_eq!(IdIndex::new(doubles).unwrap_err(), 2);
    }
}
