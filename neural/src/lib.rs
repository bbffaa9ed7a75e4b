//! ONNX inference through tract: the sentence encoder.
//!
//! [`TextEncoder`] turns texts into vectors of unit length with a model that comes with the program
//! ([`TextEncoder::built_in`], static, 256 dimensions) or one found by path ([`TextEncoder::open`]).
//! This crate alone knows tract and tensors; others see
//! [`TextEmbedder`](soiree_algorithms::model::TextEmbedder). It starts no thread and keeps no state between
//! calls, so one encoder serves many threads at once, and dropping it gives all its memory back.
//! Start with [`encoder`].

pub mod encoder;
pub mod error;
mod graph;
mod wordpiece;
mod words;

pub use encoder::TextEncoder;
pub use error::NeuralError;
