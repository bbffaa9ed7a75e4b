//! ONNX inference through tract: the sentence encoder.
