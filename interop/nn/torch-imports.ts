/** @file Modules that PyTorch's two exporters write as ONNX, imported here: the operators beyond those of the four models. */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type AnyTensor, importOnnx } from "@trainlog/nn";
import { flat, largestDifference, type Numbers, shapeOf } from "../../packages/nn/src/interop/test-golden.ts";
import { tensorFromData } from "../../packages/nn/src/tensor/from-data.ts";
import { runPython } from "./python.ts";
import type { Comparison } from "./torch-comparison.ts";

interface Module {
  readonly torch: string;
  /** Shape of the batch. */
  readonly shape: readonly number[];
  readonly tokens?: number;
}

const MODULES: readonly Module[] = [
  {
    torch:
      "nn.Sequential(nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2), nn.BatchNorm1d(6), nn.GELU('tanh'), nn.MaxPool1d(2))",
    shape: [2, 4, 12],
  },
  {
    torch:
      "nn.Sequential(nn.BatchNorm2d(4), nn.Conv2d(4, 8, 3, dilation=2), nn.GroupNorm(2, 8), nn.Hardswish(), nn.AvgPool2d(2, padding=1))",
    shape: [2, 4, 9, 9],
  },
  {
    torch:
      "nn.Sequential(nn.InstanceNorm2d(3, affine=True), nn.PReLU(3), nn.MaxPool2d(3, stride=2, padding=1), nn.AdaptiveAvgPool2d(1))",
    shape: [2, 3, 7, 7],
  },
  {
    torch:
      "nn.Sequential(nn.Linear(5, 6), nn.SiLU(), nn.Mish(), nn.ELU(0.7), nn.SELU(), nn.CELU(0.9), nn.Softplus(), nn.LeakyReLU(0.2))",
    shape: [3, 5],
  },
  {
    torch:
      "nn.Sequential(nn.Hardsigmoid(), nn.Softsign(), nn.Hardtanh(-0.2, 0.3), nn.ReLU6(), nn.Tanh(), nn.Sigmoid(), nn.LogSigmoid())",
    shape: [3, 5],
  },
  { torch: "nn.Sequential(nn.Softmax(1), nn.LogSoftmax(-1), nn.Softmin(0))", shape: [3, 4, 5] },
  { torch: "First(nn.GRU(4, 5, num_layers=2, bidirectional=True, batch_first=True))", shape: [2, 6, 4] },
  { torch: "First(nn.LSTM(4, 5, num_layers=2, bidirectional=True))", shape: [6, 2, 4] },
  { torch: "First(nn.RNN(4, 5, nonlinearity='relu', batch_first=True))", shape: [2, 6, 4] },
  {
    torch:
      "nn.Sequential(nn.Embedding(9, 4), nn.Flatten(), nn.Unflatten(1, (5, 4)), nn.LayerNorm((5, 4)), nn.RMSNorm(4))",
    shape: [2, 5],
    tokens: 9,
  },
  {
    torch: "nn.Sequential(nn.ConstantPad2d((1, 2, 0, 1), 0.5), nn.PixelUnshuffle(2), nn.ZeroPad2d(1))",
    shape: [1, 2, 5, 5],
  },
  { torch: "nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, batch_first=True)", shape: [2, 5, 8] },
];

const TOLERANCE = 1e-5;

interface Exported {
  readonly input: Numbers;
  readonly output: Numbers;
  readonly files: readonly string[];
  readonly errors: readonly string[];
}

/** Exports all modules with both exporters and compares what the imports answer. */
export function compareImports(python: string, folder: string): readonly Comparison[] {
  const path = join(folder, "exports.json");
  writeFileSync(path, JSON.stringify(MODULES.map(({ torch, shape, tokens = null }) => ({ torch, shape, tokens }))));
  const exported = runPython<readonly Exported[]>(python, "export_torch.py", [path, folder]);
  return MODULES.flatMap(({ torch, tokens }, index) => {
    const { input = [], output = [], files = [], errors = [] } = exported[index] ?? {};
    const x = tensorFromData(flat(input), shapeOf(input), tokens === undefined ? "float" : "int32");
    const skipped = errors.map((error) => ({
      what: torch,
      difference: 0,
      tolerance: 0,
      why: `torch.onnx.export: ${error}`,
      skipped: true,
    }));
    const compared = files.map((file) => {
      const exporter = basename(file).includes("legacy") ? "TorchScript" : "dynamo";
      return { what: `${torch} (${exporter})`, tolerance: TOLERANCE, ...differenceOf(file, x, flat(output)) };
    });
    return [...compared, ...skipped];
  });
}

/** An import that throws is a difference too, so that the others are still compared. */
function differenceOf(file: string, x: AnyTensor, expected: readonly number[]): { difference: number; why?: string } {
  try {
    const { model, params, state } = importOnnx(readFileSync(file));
    return { difference: largestDifference(model.apply(params, state, x).output.data(), expected) };
  } catch (error) {
    return { difference: Number.POSITIVE_INFINITY, why: String(error) };
  }
}
