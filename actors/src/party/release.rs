//! Order of visibility: what follows a journalled event waits for its commit.

use std::collections::VecDeque;

/// Outputs in order, some of which wait for the commit of an event.
#[derive(Debug)]
pub(crate) struct Release<T> {
    waiting: VecDeque<Held<T>>,
}

#[derive(Debug)]
enum Held<T> {
    Commit { seq: i64, done: bool },
    Output(T),
}

impl<T> Default for Release<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new() }
    }
}

impl<T> Release<T> {
    /// Everything put after this waits until `committed(seq)`.
    pub(crate) fn wait_for(&mut self, seq: i64) {
        self.waiting.push_back(Held::Commit { seq, done: false });
    }

    /// Puts an output at the end.
    pub(crate) fn put(&mut self, output: T) {
        self.waiting.push_back(Held::Output(output));
    }

    /// The event is durable. Commits may be told in any order.
    pub(crate) fn committed(&mut self, seq: i64) {
        for held in &mut self.waiting {
            if let Held::Commit { seq: waiting, done } = held
                && *waiting == seq
            {
                *done = true;
                return;
            }
        }
    }

    /// The next output that may be shown.
    pub(crate) fn next(&mut self) -> Option<T> {
        loop {
            match self.waiting.front()? {
                Held::Commit { done: false, .. } => return None,
                _ => match self.waiting.pop_front()? {
                    Held::Commit { .. } => {}
                    Held::Output(output) => return Some(output),
                },
            }
        }
    }

    /// Gives everything up: hands over all outputs, committed or not.
    pub(crate) fn drain_all(&mut self, mut each: impl FnMut(T)) {
        for held in self.waiting.drain(..) {
            if let Held::Output(output) = held {
                each(output);
            }
        }
    }

    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_holds_whatever_the_order_of_commits() {
        let mut release = Release::default();
        release.put("a");
        release.wait_for(1);
        release.put("b");
        release.wait_for(2);
        release.put("c");
        assert_eq!(release.next(), Some("a"));
        assert_eq!(release.next(), None);
        release.committed(2);
        assert_eq!(release.next(), None);
        release.committed(1);
        assert_eq!((release.next(), release.next(), release.next()), (Some("b"), Some("c"), None));
        assert!(release.is_empty());
    }
}
