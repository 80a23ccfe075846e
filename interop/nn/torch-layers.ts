/** @file Layers and optimizers here and in PyTorch, by description: outputs, gradients, state, paths. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type AnyTensor, nn, optim, saveSafetensors, stateDict, valueGradAux } from "@trainlog/nn";
import { largestDifference } from "../../packages/nn/src/interop/test-golden.ts";
import {
  add,
  cos,
  iota,
  matmul,
  mean,
  mul,
  reshape,
  sin,
  square,
  sub,
  sum,
} from "../../packages/nn/src/primitives/index.ts";
import { tensorFromData } from "../../packages/nn/src/tensor/from-data.ts";
import { runPython } from "./python.ts";
import type { Comparison } from "./torch-comparison.ts";

/** A layer on both sides. */
interface LayerPair {
  readonly torch: string;
  readonly ours: nn.M;
  /** Shape of one example. */
  readonly shape: readonly number[];
  readonly train?: boolean;
  /** Number of tokens, for layers that take them. */
  readonly tokens?: number;
}

const BATCH = 3;

const LAYERS: readonly LayerPair[] = [
  { torch: "nn.Linear(5, 4)", ours: nn.linear(5, 4), shape: [5] },
  {
    torch: "nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2)",
    ours: nn.conv1d(4, 6, { kernelSize: 3, stride: 2, padding: 1, groups: 2 }),
    shape: [4, 9],
  },
  {
    torch: "nn.Conv2d(2, 3, (3, 2), stride=(1, 2), padding=(2, 1), dilation=(2, 1))",
    ours: nn.conv2d(2, 3, { kernelSize: [3, 2], stride: [1, 2], padding: [2, 1], dilation: [2, 1] }),
    shape: [2, 7, 6],
  },
  { torch: "nn.MaxPool2d(3, stride=2, padding=1)", ours: nn.maxPool2d(3, { stride: 2, padding: 1 }), shape: [2, 7, 6] },
  { torch: "nn.AvgPool2d(2, stride=1, padding=1)", ours: nn.avgPool2d(2, { stride: 1, padding: 1 }), shape: [2, 5, 4] },
  { torch: "nn.BatchNorm1d(4)", ours: nn.batchNorm(4), shape: [4, 5], train: true },
  { torch: "nn.BatchNorm2d(4)", ours: nn.batchNorm(4), shape: [4, 5, 2] },
  { torch: "nn.LayerNorm(6)", ours: nn.layerNorm(6), shape: [3, 6] },
  { torch: "nn.RMSNorm(6)", ours: nn.rmsNorm(6), shape: [3, 6] },
  { torch: "nn.AdaptiveAvgPool2d((3, 2))", ours: nn.adaptiveAvgPool2d([3, 2]), shape: [2, 7, 5] },
  { torch: "nn.Embedding(9, 4)", ours: nn.embedding(9, 4), shape: [5], tokens: 9 },
  { torch: "nn.GRU(4, 5, num_layers=2, batch_first=True)", ours: nn.gru(4, 5, { layers: 2 }), shape: [6, 4] },
  { torch: "nn.LSTM(4, 5, num_layers=2, batch_first=True)", ours: nn.lstm(4, 5, { layers: 2 }), shape: [6, 4] },
  {
    torch: "nn.MultiheadAttention(8, 2, batch_first=True)",
    ours: nn.multiHeadAttention(8, { heads: 2 }),
    shape: [5, 8],
  },
  {
    torch:
      "nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Sequential(nn.Linear(12, 4), nn.Tanh()))",
    ours: nn.sequential(
      nn.input([1, 4, 4]),
      nn.conv2d(1, 3, { kernelSize: 3 }),
      nn.batchNorm(3),
      nn.relu(),
      nn.flatten(),
      nn.sequential(nn.linear(12, 4), nn.tanh()),
    ),
    shape: [1, 4, 4],
    train: true,
  },
  {
    torch: "nn.TransformerEncoderLayer(8, 2, 12, dropout=0.0, batch_first=True)",
    ours: nn.transformerBlock(8, { heads: 2, hidden: 12 }),
    shape: [5, 8],
  },
  {
    torch: "nn.TransformerEncoderLayer(8, 4, 12, dropout=0.0, activation='gelu', batch_first=True, norm_first=True)",
    ours: nn.transformerBlock(8, { heads: 4, hidden: 12, norm: "pre", activation: "gelu" }),
    shape: [5, 8],
  },
  { torch: "nn.GELU()", ours: nn.gelu(), shape: [7] },
  { torch: "nn.SiLU()", ours: nn.silu(), shape: [7] },
  { torch: "nn.ELU()", ours: nn.elu(), shape: [7] },
  { torch: "nn.Softplus()", ours: nn.softplus(), shape: [7] },
  { torch: "nn.LeakyReLU()", ours: nn.leakyRelu(), shape: [7] },
  { torch: "nn.LogSoftmax(-1)", ours: nn.logSoftmax(), shape: [7] },
];

const OPTIMIZERS: readonly { readonly torch: string; readonly ours: optim.Optimizer; readonly schedule?: string }[] = [
  { torch: "optim.SGD(p, lr=0.1)", ours: optim.sgd({ lr: 0.1 }) },
  {
    torch: "optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01)",
    ours: optim.sgd({ lr: 0.05, momentum: 0.9, nesterov: true, weightDecay: 0.01 }),
  },
  { torch: "optim.Adam(p, lr=0.03)", ours: optim.adam({ lr: 0.03 }) },
  {
    torch: "optim.Adam(p, lr=0.03, amsgrad=True, betas=(0.8, 0.95))",
    ours: optim.adam({ lr: 0.03, amsgrad: true, betas: [0.8, 0.95] }),
  },
  { torch: "optim.AdamW(p, lr=0.02, weight_decay=0.1)", ours: optim.adamW({ lr: 0.02, weightDecay: 0.1 }) },
  {
    torch: "optim.RMSprop(p, lr=0.01, momentum=0.5, centered=True)",
    ours: optim.rmsProp({ lr: 0.01, momentum: 0.5, centered: true }),
  },
  { torch: "optim.Adafactor(p, lr=0.05)", ours: optim.adafactor({ lr: 0.05 }) },
  {
    torch: "optim.Adam(p, lr=0.05)",
    schedule: "optim.lr_scheduler.CosineAnnealingLR(o, T_max=60)",
    ours: optim.adam({ lr: optim.schedule.cosine({ lr: 0.05, steps: 60 }) }),
  },
];

const STEPS = 50;
/** Gradients are sums of many terms, so they differ by more roundings than outputs. */
const TOLERANCE = 2e-5;
const PATH_TOLERANCE = 5e-5;

interface TorchLayer {
  readonly output: readonly number[];
  readonly inputGradient: readonly number[] | null;
  readonly gradients: Readonly<Record<string, readonly number[]>>;
  readonly state: Readonly<Record<string, readonly number[]>>;
}

/** What one of our layers gives, in the form of PyTorch's answer. */
function runLayer({ ours, shape, train = false, tokens }: LayerPair, seed: number) {
  const mkModel = nn.sequential(nn.input(shape, tokens === undefined ? "float" : "int32"), nn.named("layer", ours));
  const { model, params, state } = nn.build(mkModel, { seed });
  const size = BATCH * shape.reduce((a, b) => a * b, 1);
  const values = Array.from({ length: size }, (_, i) =>
    tokens === undefined ? 1.5 * Math.sin(i * 1.3 + seed) : (i * 5) % tokens,
  );
  const x = tensorFromData(values, [BATCH, ...shape], tokens === undefined ? "float" : "int32");
  // Tokens have no gradient: they are not among what is differentiated.
  const variables = tokens === undefined ? { params, x } : { params };
  const loss = ({ params: p, x: input = x }: { params: nn.Params; x?: AnyTensor }) => {
    const { output, state: next } = model.apply(p, state, input, { train });
    const weights = cos(reshape(iota([output.size], 0, "float"), output.shape));
    return { value: sum(mul(output, weights)), aux: { output, state: next } };
  };
  // Internal operations give tensors of unknown shape, where the transform wants a scalar's type.
  const differentiate = valueGradAux(loss as never) as unknown as (of: typeof variables) => {
    grad: { params: nn.Params; x?: AnyTensor };
    aux: { output: AnyTensor; state: nn.State };
  };
  const { grad, aux } = differentiate(variables);
  return { before: { params, state }, x, grad, ...aux };
}

const bare = (name: string): string => name.replace(/^layer\./, "");

function compareLayer(pair: LayerPair, ours: ReturnType<typeof runLayer>, theirs: TorchLayer): Comparison[] {
  const gradients = Object.entries(ours.grad.params).map(
    ([name, tensor]) => [tensor, theirs.gradients[bare(name)]] as const,
  );
  const state = Object.entries(ours.state).map(([name, tensor]) => [tensor, theirs.state[bare(name)]] as const);
  const pairs = [[ours.output, theirs.output] as const, ...gradients, ...state];
  if (theirs.inputGradient !== null && ours.grad.x !== undefined) pairs.push([ours.grad.x, theirs.inputGradient]);
  const differences = pairs.map(([tensor, numbers]) => largestDifference(tensor.data(), numbers ?? []));
  return [{ what: pair.torch, difference: Math.max(...differences), tolerance: TOLERANCE }];
}

/** The path of both parameters under one of our optimizers, on the function of layers_torch.py. */
function runOptimizer(optimizer: optim.Optimizer): number[][] {
  const line = (from: number, to: number, shape: number[]): AnyTensor => {
    const size = shape.reduce((a, b) => a * b, 1);
    return tensorFromData(
      Array.from({ length: size }, (_, i) => from + ((to - from) * i) / (size - 1)),
      shape,
      "float",
    );
  };
  const [x, y] = [line(-2, 2, [8, 3]), line(-1, 1, [8, 2])];
  let params = { w: line(-0.5, 0.7, [3, 2]), b: tensorFromData([0.1, -0.2], [2], "float") } as nn.Params;
  let state = optimizer.init(params);
  const loss = valueGradAux(((p: Record<"w" | "b", AnyTensor>) => ({
    value: mean(square(sub(sin(add(matmul(x, p.w), p.b)), y))),
    aux: undefined,
  })) as never) as (p: nn.Params) => { grad: nn.Params };
  return Array.from({ length: STEPS }, () => {
    const updated = optimizer.update(loss(params).grad, state, params);
    params = optim.applyUpdates(params, updated.updates);
    state = updated.state;
    return Object.values(params).flatMap((tensor) => Array.from(tensor.data()));
  });
}

/** Compares all layers and optimizers with PyTorch. */
export async function compareLayers(python: string, folder: string): Promise<readonly Comparison[]> {
  const runs = LAYERS.map((pair, index) => runLayer(pair, index + 1));
  const layers = await Promise.all(
    runs.map(async ({ before, x }, index) => {
      const dict = Object.fromEntries(Object.entries(stateDict(before)).map(([name, tensor]) => [bare(name), tensor]));
      const weights = Object.keys(dict).length === 0 ? null : join(folder, `layer-${index}.safetensors`);
      if (weights !== null) await saveSafetensors(weights, dict);
      const { torch, train = false, tokens } = LAYERS[index] ?? { torch: "" };
      return { torch, train, weights, input: x.toArray(), integer: tokens !== undefined };
    }),
  );
  const jobs = {
    layers,
    optimizers: OPTIMIZERS.map(({ torch, schedule = null }) => ({ torch, schedule, steps: STEPS })),
  };
  writeFileSync(join(folder, "layers.json"), JSON.stringify(jobs));
  const answers = runPython<{ layers: TorchLayer[]; optimizers: number[][][] }>(python, "layers_torch.py", [
    join(folder, "layers.json"),
  ]);
  const comparedLayers = LAYERS.flatMap((pair, index) => {
    const [ours, theirs] = [runs[index], answers.layers[index]];
    return ours === undefined || theirs === undefined ? [] : compareLayer(pair, ours, theirs);
  });
  const comparedPaths = OPTIMIZERS.map(({ torch, schedule, ours }, index) => ({
    what: `${schedule ?? torch}, ${STEPS} steps`,
    difference: largestDifference(runOptimizer(ours).flat(), answers.optimizers[index]?.flat() ?? []),
    tolerance: PATH_TOLERANCE,
  }));
  return [...comparedLayers, ...comparedPaths];
}
