//! What a ranked list or a predicted class is worth.
//!
//! [`accuracy`] measures lists against held-out items, and treats equal scores by the book: items with one
//! score form a [`ties::Block`], and every figure is its expected value over all orders inside the blocks.
//! [`beyond`] measures coverage, concentration, diversity, novelty and serendipity; [`classes`] measures
//! labels.

pub mod accuracy;
pub mod beyond;
pub mod classes;
pub mod ties;

#[cfg(test)]
mod tests;
