/** @file The four interop models, trained on one side and taken over by the other. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type AnyTensor,
  importOnnx,
  loadSafetensors,
  loadStateDict,
  nn,
  optim,
  saveOnnx,
  saveSafetensors,
  stateDict,
  valueGradAux,
} from "@trainlog/nn";
import { flat, largestDifference, type Numbers, shapeOf } from "../../packages/nn/src/interop/test-golden.ts";
import { TEST_MODEL_NAMES, TEST_MODELS } from "../../packages/nn/src/interop/test-models.ts";
import { tensorFromData } from "../../packages/nn/src/tensor/from-data.ts";
import { runPython } from "./python.ts";
import type { Comparison } from "./torch-comparison.ts";

/** What train_torch.py leaves beside the weights. */
interface TorchFacts {
  readonly input: Numbers;
  readonly labels: Numbers;
  readonly losses: readonly number[];
  readonly output: Numbers;
}

type ModelName = (typeof TEST_MODEL_NAMES)[number];

/** Outputs may differ by rounding only. */
const OUTPUT_TOLERANCE = 1e-5;
/** Over a training run roundings add up. */
const LOSS_TOLERANCE = 1e-4;

/** Trains with Adam on one batch, as train_torch.py does. */
function train(name: ModelName, start: nn.Params, startState: nn.State, facts: TorchFacts) {
  const { model } = nn.build(TEST_MODELS[name], { seed: 0 });
  const x = tensorFromData(flat(facts.input), shapeOf(facts.input), model.inputDType === "int32" ? "int32" : "float");
  const labels = tensorFromData(flat(facts.labels), shapeOf(facts.labels), "int32");
  const optimizer = optim.adam({ lr: 0.01 });
  const step = valueGradAux((params: nn.Params, state: nn.State) => {
    const applied = model.apply(params, state, x, { train: true });
    return { value: nn.crossEntropy(applied.output, labels), aux: applied.state };
  });
  let [params, state, optimizerState] = [start, startState, optimizer.init(start)];
  const losses = facts.losses.map(() => {
    const { value, grad, aux } = step(params, state);
    const updated = optimizer.update(grad, optimizerState, params);
    params = optim.applyUpdates(params, updated.updates);
    [state, optimizerState] = [aux, updated.state];
    return value.item();
  });
  return { model, params, state, losses, x, output: model.apply(params, state, x).output };
}

/** Trained in PyTorch: the weights and the ONNX file answer here as there, and training from the same start has the same losses. */
export async function fromTorch(python: string, folder: string): Promise<readonly Comparison[]> {
  runPython(python, "train_torch.py", [folder]);
  const all: Comparison[] = [];
  for (const name of TEST_MODEL_NAMES) {
    const facts: TorchFacts = JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
    const built = nn.build(TEST_MODELS[name], { seed: 0 });
    const load = async (file: string) => loadStateDict(built, (await loadSafetensors(join(folder, file))).tensors);
    const differs = (output: AnyTensor) => largestDifference(output.data(), flat(facts.output));
    const start = await load(`${name}.start.safetensors`);
    const retrained = train(name, start.params, start.state, facts);
    const trained = await load(`${name}.safetensors`);
    const onnx = importOnnx(readFileSync(join(folder, `${name}.onnx`)));
    const byWeights = built.model.apply(trained.params, trained.state, retrained.x).output;
    const byOnnx = onnx.model.apply(onnx.params, onnx.state, retrained.x).output;
    all.push(
      {
        what: `${name}: trained in PyTorch, safetensors here`,
        difference: differs(byWeights),
        tolerance: OUTPUT_TOLERANCE,
      },
      { what: `${name}: trained in PyTorch, ONNX here`, difference: differs(byOnnx), tolerance: OUTPUT_TOLERANCE },
      {
        what: `${name}: losses of ${facts.losses.length} steps of Adam`,
        difference: largestDifference(retrained.losses, facts.losses),
        tolerance: LOSS_TOLERANCE,
      },
    );
  }
  return all;
}

/** Trained here: PyTorch loads the weights strictly and answers the same, and so does onnxruntime with the ONNX file. */
export async function toTorch(python: string, torchFolder: string, folder: string): Promise<readonly Comparison[]> {
  for (const name of TEST_MODEL_NAMES) {
    const facts: TorchFacts = JSON.parse(readFileSync(join(torchFolder, `${name}.json`), "utf8"));
    const built = nn.build(TEST_MODELS[name], { seed: 11 });
    const { model, params, state, output } = train(name, built.params, built.state, facts);
    await saveSafetensors(join(folder, `${name}.safetensors`), stateDict({ params, state }));
    await saveOnnx(join(folder, `${name}.onnx`), { model, params, state });
    writeFileSync(join(folder, `${name}.json`), JSON.stringify({ input: facts.input, output: output.toArray() }));
  }
  const differences = runPython<Record<string, Record<string, number>>>(python, "load_trainlog.py", [folder]);
  return TEST_MODEL_NAMES.flatMap((name) =>
    ["torch", "onnxruntime"].map((reader) => ({
      what: `${name}: trained here, read by ${reader}`,
      difference: differences[name]?.[reader] ?? Number.POSITIVE_INFINITY,
      tolerance: OUTPUT_TOLERANCE,
    })),
  );
}
