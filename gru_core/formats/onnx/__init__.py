"""ONNX files: the recurrent nodes of a graph, what they are made from, a writer and a check."""
