//! The sentence encoder: texts in, vectors of unit length out.

use crate::{NeuralError, graph::Graph, words::Words};
use soiree_algorithms::model::{FitError, TextEmbedder};
use std::path::{Path, PathBuf};

/// The model that comes with the program: a table of token vectors, 256 dimensions, 7.9 MB.
const BUILT_IN_MODEL: &[u8] = include_bytes!("../models/static-256/model-i8.onnx");
const BUILT_IN_TOKENIZER: &[u8] = include_bytes!("../models/static-256/tokenizer.json");

/// Most texts in one run of the graph.
const MAX_ROWS: usize = 64;
/// Most tokens in one run of the graph, padding included; it bounds the memory of a run, which for a
/// six-layer model is about 12 KiB a token.
const MAX_RUN_TOKENS: usize = 4_096;
/// Texts that are split before they are sorted by length, so that texts of one run need little padding.
const WINDOW: usize = 1_024;

/// Turns texts into vectors of unit length with an ONNX sentence encoder.
///
/// The graph has the inputs `input_ids` and `attention_mask` (int64, `[texts, tokens]`) and the output
/// `embedding` (f32, `[texts, dimensions]`). Texts are cut after 256 tokens.
pub struct TextEncoder {
    words: Words,
    graph: Graph,
}

impl std::fmt::Debug for TextEncoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TextEncoder").field("dimensions", &self.graph.dimensions()).finish_non_exhaustive()
    }
}

impl TextEncoder {
    /// Loads the encoder that comes with the program: static, 256 dimensions.
    ///
    /// # Errors
    /// [`NeuralError`] when the program's own model is damaged.
    pub fn built_in() -> Result<Self, NeuralError> {
        Self::from_bytes(BUILT_IN_MODEL, BUILT_IN_TOKENIZER)
    }

    /// Loads a model from a folder with one `*.onnx` file, or from that file; `tokenizer.json` lies beside it.
    ///
    /// # Errors
    /// [`NeuralError`] when a file is missing or damaged, or the graph is no sentence encoder.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, NeuralError> {
        let model = find_model(path.as_ref())?;
        let tokenizer = model.with_file_name("tokenizer.json");
        let tokenizer = read(&tokenizer)?;
        Self::from_bytes(&read(&model)?, &tokenizer)
    }

    /// Loads a model from the bytes of its ONNX file and its `tokenizer.json`.
    ///
    /// # Errors
    /// [`NeuralError`] when either is damaged, or the graph is no sentence encoder.
    pub fn from_bytes(model: &[u8], tokenizer: &[u8]) -> Result<Self, NeuralError> {
        let encoder = Self { words: Words::read(tokenizer)?, graph: Graph::read(model)? };
        encoder.check_once()?;
        Ok(encoder)
    }

    /// Length of each vector.
    #[must_use]
    pub fn dimensions(&self) -> usize {
        self.graph.dimensions()
    }

    /// Row-major `[texts, dimensions]`, each row of unit length; a text without a known word gives zeros.
    /// One text's vector does not depend on the others beyond rounding (about 1e-6).
    ///
    /// # Errors
    /// [`NeuralError::Tokenizer`] or [`NeuralError::Run`] when the model cannot be run.
    pub fn encode(&self, texts: &[&str]) -> Result<Vec<f32>, NeuralError> {
        let dimensions = self.dimensions();
        let mut out = vec![0.0; texts.len() * dimensions];
        for (window, rows) in texts.chunks(WINDOW).zip(out.chunks_mut(WINDOW * dimensions)) {
            self.encode_window(window, rows)?;
        }
        Ok(out)
    }

    /// How many tokens a text is for this model, 2 (start and end) to 256.
    ///
    /// # Errors
    /// [`NeuralError::Tokenizer`].
    pub fn count_tokens(&self, text: &str) -> Result<usize, NeuralError> {
        self.words.split(text).map(|tokens| tokens.len())
    }

    fn encode_window(&self, texts: &[&str], out: &mut [f32]) -> Result<(), NeuralError> {
        let mut split = Vec::with_capacity(texts.len());
        for (at, text) in texts.iter().enumerate() {
            if !text.trim().is_empty() {
                split.push((at, self.words.split(text)?));
            }
        }
        split.sort_by_key(|(_, tokens)| tokens.len());
        let mut rest = split.as_slice();
        while !rest.is_empty() {
            let (run, left) = rest.split_at(run_length(rest));
            self.run(run, out)?;
            rest = left;
        }
        Ok(())
    }

    fn run(&self, texts: &[(usize, Vec<u32>)], out: &mut [f32]) -> Result<(), NeuralError> {
        let width = texts.iter().map(|(_, tokens)| tokens.len()).max().unwrap_or(0).max(1);
        let mut ids = vec![0; texts.len() * width];
        let mut mask = vec![0; texts.len() * width];
        for (row, (_, tokens)) in texts.iter().enumerate() {
            for (column, &token) in tokens.iter().enumerate() {
                ids[row * width + column] = i64::from(token);
                mask[row * width + column] = 1;
            }
        }
        let vectors = self.graph.run(texts.len(), width, &ids, &mask)?;
        let dimensions = self.dimensions();
        for (vector, (at, _)) in vectors.chunks_exact(dimensions).zip(texts) {
            unit(vector, &mut out[at * dimensions..][..dimensions]);
        }
        Ok(())
    }

    /// Runs one text, so that a graph that cannot be run is refused when it is loaded.
    fn check_once(&self) -> Result<(), NeuralError> {
        let vector = self.encode(&["an evening with friends"])?;
        if vector.iter().all(|&x| x == 0.0) {
            return Err(NeuralError::Shape("an ordinary sentence gives no usable vector".into()));
        }
        Ok(())
    }
}

impl TextEmbedder for TextEncoder {
    fn dimensions(&self) -> usize {
        self.graph.dimensions()
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<f32>, FitError> {
        self.encode(texts).map_err(|error| FitError::Embedding(error.to_string()))
    }
}

/// How many of the texts, sorted by rising length, fit into one run; at least one.
fn run_length(texts: &[(usize, Vec<u32>)]) -> usize {
    texts
        .iter()
        .enumerate()
        .take(MAX_ROWS)
        .take_while(|(row, (_, tokens))| *row == 0 || (row + 1) * tokens.len() <= MAX_RUN_TOKENS)
        .count()
}

/// Copies a vector at unit length; one without a length or with a number that is none becomes zeros.
fn unit(vector: &[f32], out: &mut [f32]) {
    let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    if length.is_finite() && length > 1e-6 {
        for (to, from) in out.iter_mut().zip(vector) {
            *to = from / length;
        }
    } else {
        out.fill(0.0);
    }
}

fn find_model(path: &Path) -> Result<PathBuf, NeuralError> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let entries =
        std::fs::read_dir(path).map_err(|source| NeuralError::File { path: path.to_owned(), source })?;
    let mut models: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| file.extension().is_some_and(|e| e == "onnx"))
        .collect();
    models.sort();
    models.into_iter().next().ok_or_else(|| NeuralError::NoModel { path: path.to_owned() })
}

fn read(path: &Path) -> Result<Vec<u8>, NeuralError> {
    std::fs::read(path).map_err(|source| NeuralError::File { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
