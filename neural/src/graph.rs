//! A sentence encoder's graph: read, checked, widened, planned and run.

use crate::NeuralError;
use std::collections::{HashMap, HashSet};
use tract_onnx::pb::{
    GraphProto, ModelProto, ValueInfoProto, tensor_proto::DataType as Onnx, type_proto::Value,
};
use tract_onnx::prelude::*;

/// The graph's inputs, in the order in which [`Graph::run`] passes them.
const INPUTS: [&str; 2] = ["input_ids", "attention_mask"];
const OUTPUT: &str = "embedding";

type Plan = Arc<TypedRunnableModel>;

/// A planned encoder graph.
pub(crate) struct Graph {
    plan: Plan,
    dimensions: usize,
}

impl Graph {
    /// Reads an ONNX file's bytes.
    pub(crate) fn read(mut bytes: &[u8]) -> Result<Self, NeuralError> {
        let onnx = tract_onnx::onnx();
        let mut proto = onnx.proto_model_for_read(&mut bytes).map_err(damaged)?;
        check(&proto)?;
        if let Some(graph) = proto.graph.as_mut() {
            widen(graph);
        }
        let (plan, dimensions) = plan(&onnx, &proto).map_err(damaged)?;
        let dimensions = dimensions
            .ok_or_else(|| NeuralError::Shape(format!("the length of `{OUTPUT}` is not a fixed number")))?;
        Ok(Self { plan, dimensions })
    }

    /// Length of each vector.
    pub(crate) fn dimensions(&self) -> usize {
        self.dimensions
    }

    /// Runs `rows` texts of `width` tokens each; both slices are row-major `[rows, width]`.
    /// Returns row-major `[rows, dimensions]`.
    pub(crate) fn run(
        &self,
        rows: usize,
        width: usize,
        ids: &[i64],
        mask: &[i64],
    ) -> Result<Vec<f32>, NeuralError> {
        let run = || -> TractResult<Vec<f32>> {
            let ids = Tensor::from_shape(&[rows, width], ids)?;
            let mask = Tensor::from_shape(&[rows, width], mask)?;
            let outputs = self.plan.run(tvec!(ids.into(), mask.into()))?;
            Ok(outputs[0].try_as_plain_ram()?.as_slice::<f32>()?.to_vec())
        };
        let vectors = run().map_err(|error| NeuralError::Run(chain(&error)))?;
        if vectors.len() != rows * self.dimensions {
            return Err(NeuralError::Run(format!(
                "{} numbers came out for {rows} texts of {} each",
                vectors.len(),
                self.dimensions
            )));
        }
        Ok(vectors)
    }
}

/// Checks names, types and ranks of inputs and output, so that a wrong file is told by what is wrong with it.
fn check(proto: &ModelProto) -> Result<(), NeuralError> {
    let graph = proto.graph.as_ref().ok_or_else(|| NeuralError::Graph("it holds no graph".into()))?;
    let constants: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    let inputs: Vec<_> = graph.input.iter().filter(|i| !constants.contains(i.name.as_str())).collect();
    let names: Vec<_> = inputs.iter().map(|i| i.name.as_str()).collect();
    if names.len() != INPUTS.len() || !INPUTS.iter().all(|n| names.contains(n)) {
        return Err(NeuralError::Shape(format!("its inputs are {names:?} where {INPUTS:?} are needed",)));
    }
    for input in inputs {
        check_value(input, Onnx::Int64)?;
    }
    match graph.output.as_slice() {
        [output] if output.name == OUTPUT => check_value(output, Onnx::Float),
        outputs => {
            let names: Vec<_> = outputs.iter().map(|o| o.name.as_str()).collect();
            Err(NeuralError::Shape(format!("its outputs are {names:?} where [{OUTPUT:?}] is needed")))
        }
    }
}

fn check_value(value: &ValueInfoProto, wanted: Onnx) -> Result<(), NeuralError> {
    let name = &value.name;
    let Some(Value::TensorType(tensor)) = value.r#type.as_ref().and_then(|t| t.value.as_ref()) else {
        return Err(NeuralError::Shape(format!("`{name}` has no type")));
    };
    if tensor.elem_type != wanted as i32 {
        return Err(NeuralError::Shape(format!(
            "`{name}` has element type {}, not {wanted:?}",
            tensor.elem_type
        )));
    }
    match tensor.shape.as_ref().map(|s| s.dim.len()) {
        Some(2) => Ok(()),
        Some(rank) => Err(NeuralError::Shape(format!("`{name}` has rank {rank}, not 2"))),
        None => Err(NeuralError::Shape(format!("`{name}` has no shape"))),
    }
}

/// Turns 16-bit constants that are only ever cast to 32 bits into 32-bit constants. tract does not fold such
/// casts, so each run would convert all weights again (about 40 ms for a model of 22 million weights).
fn widen(graph: &mut GraphProto) {
    let mut readers: HashMap<&str, bool> = HashMap::new();
    for node in &graph.node {
        let to_f32 = node.op_type == "Cast"
            && node.attribute.iter().any(|a| a.name == "to" && a.i == i64::from(Onnx::Float as i32));
        for input in &node.input {
            *readers.entry(input).or_insert(true) &= to_f32;
        }
    }
    let widened: HashSet<String> =
        readers.into_iter().filter(|(_, only_casts)| *only_casts).map(|(name, _)| name.to_owned()).collect();
    for tensor in &mut graph.initializer {
        if tensor.data_type == Onnx::Float16 as i32
            && !tensor.raw_data.is_empty()
            && widened.contains(&tensor.name)
        {
            tensor.raw_data = tensor
                .raw_data
                .chunks_exact(2)
                .flat_map(|pair| f16::from_le_bytes([pair[0], pair[1]]).to_f32().to_le_bytes())
                .collect();
            tensor.data_type = Onnx::Float as i32;
        }
    }
}

fn plan(onnx: &tract_onnx::Onnx, proto: &ModelProto) -> TractResult<(Plan, Option<usize>)> {
    let mut model = onnx.model_for_proto_model(proto)?;
    let shape: TVec<TDim> = tvec!(model.symbols.sym("B").into(), model.symbols.sym("S").into());
    let mut order = Vec::new();
    for name in INPUTS {
        order.push(model.node_by_name(name)?.id);
    }
    let outlets: Vec<_> = order.into_iter().map(|node| OutletId::new(node, 0)).collect();
    model.set_input_outlets(&outlets)?;
    for input in 0..INPUTS.len() {
        model.set_input_fact(input, InferenceFact::dt_shape(i64::datum_type(), shape.clone()))?;
    }
    let model = model.into_optimized()?;
    let fact = model.output_fact(0)?;
    let dimensions = match (fact.datum_type == f32::datum_type(), fact.rank()) {
        (true, 2) => fact.shape[1].to_i64().ok().and_then(|n| usize::try_from(n).ok()),
        _ => None,
    };
    Ok((model.into_runnable()?, dimensions))
}

fn damaged(error: TractError) -> NeuralError {
    NeuralError::Graph(chain(&error))
}

/// The error with all its causes in one line.
fn chain(error: &TractError) -> String {
    format!("{error:#}").replace('\n', " ")
}
