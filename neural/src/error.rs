//! What can go wrong with a model.

use std::path::PathBuf;

/// Why a model was refused or could not be run.
#[derive(Debug, thiserror::Error)]
pub enum NeuralError {
    /// A file of the model is missing or cannot be read.
    #[error("{path} cannot be read", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A folder holds no model.
    #[error("{path} holds no *.onnx file", path = path.display())]
    NoModel {
        /// The folder.
        path: PathBuf,
    },
    /// The file is no ONNX graph, or one that tract cannot run.
    #[error("the model cannot be used: {0}")]
    Graph(String),
    /// The graph is sound but not a sentence encoder of the expected shape.
    #[error("the model is no sentence encoder: {0}")]
    Shape(String),
    /// The tokenizer's file is damaged or a text cannot be split.
    #[error("the tokenizer failed: {0}")]
    Tokenizer(String),
    /// The model was refused while it ran.
    #[error("the model could not be run: {0}")]
    Run(String),
}
