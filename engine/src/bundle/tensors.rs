//! Reading and writing safetensors, and the checks that make what was read safe to use.

use crate::EngineError;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use soiree_algorithms::item_to_item::ItemToItem;
use soiree_algorithms::matrix::Csr;

/// Tensors to be written into one file.
#[derive(Default)]
pub(super) struct Writer {
    tensors: Vec<(String, Dtype, Vec<usize>, Vec<u8>)>,
}

impl Writer {
    pub(super) fn floats(mut self, name: &str, shape: &[usize], values: &[f32]) -> Self {
        let bytes = values.iter().flat_map(|v| v.to_le_bytes()).collect();
        self.tensors.push((name.to_owned(), Dtype::F32, shape.to_vec(), bytes));
        self
    }

    pub(super) fn codes(mut self, name: &str, shape: &[usize], values: &[i8]) -> Self {
        let bytes = values.iter().map(|v| v.cast_unsigned()).collect();
        self.tensors.push((name.to_owned(), Dtype::I8, shape.to_vec(), bytes));
        self
    }

    pub(super) fn whole(mut self, name: &str, values: impl ExactSizeIterator<Item = u32>) -> Self {
        let shape = vec![values.len()];
        let bytes = values.flat_map(u32::to_le_bytes).collect();
        self.tensors.push((name.to_owned(), Dtype::U32, shape, bytes));
        self
    }

    /// A sparse matrix as `{name}.starts`, `{name}.indices` and `{name}.values`.
    pub(super) fn sparse(self, name: &str, matrix: &Csr) -> Self {
        let starts = matrix.starts().iter().map(|&s| u32::try_from(s).expect("fewer than 2^32 entries"));
        self.whole(&format!("{name}.starts"), starts)
            .whole(&format!("{name}.indices"), matrix.indices().iter().copied())
            .floats(&format!("{name}.values"), &[matrix.nnz()], matrix.values())
    }

    pub(super) fn bytes(self) -> Vec<u8> {
        let views = self.tensors.iter().map(|(name, dtype, shape, bytes)| {
            let view =
                TensorView::new(*dtype, shape.clone(), bytes).expect("shape and bytes belong together");
            (name.clone(), view)
        });
        serialize(views, None).expect("distinct names and sound views can be written")
    }
}

/// One safetensors file that is being read.
pub(super) struct Reader<'a> {
    file: &'a str,
    tensors: SafeTensors<'a>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(file: &'a str, bytes: &'a [u8]) -> Result<Self, EngineError> {
        let tensors = SafeTensors::deserialize(bytes).map_err(|e| EngineError::content(file, e))?;
        Ok(Self { file, tensors })
    }

    fn fault(&self, reason: impl ToString) -> EngineError {
        EngineError::content(self.file, reason)
    }

    fn tensor(&self, name: &str, dtype: Dtype, shape: &[usize]) -> Result<&'a [u8], EngineError> {
        let tensor = self.tensors.tensor(name).map_err(|_| self.fault(format!("has no tensor {name:?}")))?;
        if tensor.dtype() != dtype || tensor.shape() != shape {
            let (t, s) = (tensor.dtype(), tensor.shape());
            return Err(self.fault(format!("{name:?} should be {dtype:?} {shape:?}, not {t:?} {s:?}")));
        }
        Ok(tensor.data())
    }

    pub(super) fn len(&self, name: &str) -> usize {
        self.tensors.tensor(name).map_or(0, |t| t.shape().iter().product())
    }

    /// Finite floats of a given shape.
    pub(super) fn floats(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, EngineError> {
        let bytes = self.tensor(name, Dtype::F32, shape)?;
        let values: Vec<f32> =
            bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
        if values.iter().all(|v| v.is_finite()) {
            Ok(values)
        } else {
            Err(self.fault(format!("{name:?} has numbers that are not finite")))
        }
    }

    pub(super) fn codes(&self, name: &str, shape: &[usize]) -> Result<Vec<i8>, EngineError> {
        Ok(self.tensor(name, Dtype::I8, shape)?.iter().map(|b| b.cast_signed()).collect())
    }

    pub(super) fn whole(&self, name: &str, len: usize) -> Result<Vec<u32>, EngineError> {
        let bytes = self.tensor(name, Dtype::U32, &[len])?;
        Ok(bytes.chunks_exact(4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
    }

    /// A sparse matrix whose rows end where the next begin and whose columns rise inside each row.
    pub(super) fn sparse(&self, name: &str, rows: usize, cols: usize) -> Result<Csr, EngineError> {
        let starts: Vec<usize> =
            self.whole(&format!("{name}.starts"), rows + 1)?.into_iter().map(|s| s as usize).collect();
        let len = self.len(&format!("{name}.indices"));
        let indices = self.whole(&format!("{name}.indices"), len)?;
        let values = self.floats(&format!("{name}.values"), &[len])?;
        if starts.first() != Some(&0) || starts.last() != Some(&len) || !starts.is_sorted() {
            return Err(self.fault(format!("the rows of {name:?} do not cover its entries")));
        }
        let rises = |row: &[u32]| {
            row.windows(2).all(|w| w[0] < w[1]) && row.last().is_none_or(|&c| (c as usize) < cols)
        };
        if !starts.windows(2).all(|w| rises(&indices[w[0]..w[1]])) {
            return Err(self.fault(format!("the columns of {name:?} do not rise below {cols}")));
        }
        Ok(Csr::from_parts(rows, cols, starts, indices, values))
    }

    pub(super) fn links(&self, items: usize) -> Result<ItemToItem, EngineError> {
        self.sparse("links", items, items).map(ItemToItem::new)
    }
}
