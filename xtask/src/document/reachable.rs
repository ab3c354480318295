//! What can be reached in a graph: components through references, types through their parts.

use std::collections::BTreeSet;

/// The nodes that can be reached from `start` in any number of steps, `start` included.
pub(crate) fn reachable<T, N>(start: impl IntoIterator<Item = T>, mut next: impl FnMut(&T) -> N) -> BTreeSet<T>
where
    T: Ord + Clone,
    N: IntoIterator<Item = T>,
{
    let mut open: Vec<T> = start.into_iter().collect();
    let mut reached = BTreeSet::new();
    while let Some(node) = open.pop() {
        if !reached.contains(&node) {
            open.extend(next(&node));
            reached.insert(node);
        }
    }
    reached
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cycle_ends_and_unconnected_nodes_are_left_out() {
        let next = |node: &u8| match node {
            1 => vec![2, 3],
            3 => vec![1],
            9 => vec![1],
            _ => Vec::new(),
        };
        assert_eq!(reachable([1], next), [1, 2, 3].into());
    }
}
