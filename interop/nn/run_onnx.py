"""Checks ONNX files with the reference checker and runs them with onnxruntime.

Usage: python run_onnx.py JOBS.json

JOBS.json: [{"model": path, "inputs": {name: {"shape": [...], "dtype": "float32", "data": [...]}}}]. Prints one JSON line: for each job
{"outputs": {name: {"shape", "dtype", "data"}}, "opset", "irVersion", "initializers": [names]}.
"""

import json
import sys

import numpy as np
import onnx
import onnxruntime


def run(job):
    model = onnx.load(job["model"])
    onnx.checker.check_model(model, full_check=True)
    inputs = {
        name: np.array(value["data"], dtype=value["dtype"]).reshape(value["shape"]) for name, value in job["inputs"].items()
    }
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(job["model"], options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    outputs = session.run(names, inputs)
    return {
        "outputs": {n: {"shape": list(o.shape), "dtype": str(o.dtype), "data": np.asarray(o, dtype=np.float64).flatten().tolist()} for n, o in zip(names, outputs)},
        "opset": model.opset_import[0].version,
        "irVersion": model.ir_version,
        "initializers": [initializer.name for initializer in model.graph.initializer],
    }


with open(sys.argv[1], encoding="utf-8") as file:
    jobs = json.load(file)
print(json.dumps([run(job) for job in jobs]))
