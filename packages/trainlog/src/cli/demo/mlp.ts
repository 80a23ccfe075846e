/**
 * @file A multilayer perceptron in plain TypeScript: forward pass, gradients by hand, Adam. Small enough to read, real enough to learn.
 *
 * All parameters live in one flat vector (layer by layer: weights `[outputs, inputs]` row by row, then biases `[outputs]`), so that the optimizer, the
 * gradient norm and the gradient check see one array and need not know about layers. Matrices are row-major `Float64Array`s.
 */
import type { Random } from "./random.ts";

/** Function between the layers; the last layer is linear. */
export type Activation = "tanh" | "relu";

/** A network: its shape and its parameters. */
export interface Mlp {
  /** Units per layer, inputs first: `[2, 32, 32, 2]`. */
  readonly sizes: readonly number[];
  readonly activation: Activation;
  /** Flat parameter vector; updated in place by the optimizer. */
  readonly parameters: Float64Array;
}

/** One layer's part of a flat parameter (or gradient) vector. */
export interface LayerView {
  readonly inputs: number;
  readonly outputs: number;
  /** Shape `[outputs, inputs]`. */
  readonly weights: Float64Array;
  /** Shape `[outputs]`. */
  readonly biases: Float64Array;
}

/**
 * Makes a network with random weights: normal of variance 2 / inputs for ReLU (He et al. 2015), 1 / inputs for tanh (LeCun et al. 1998); zero biases.
 */
export function createMlp(sizes: readonly number[], activation: Activation, random: Random): Mlp {
  const parameters = new Float64Array(
    layerShapes(sizes).reduce((sum, [inputs, outputs]) => sum + (inputs + 1) * outputs, 0),
  );
  const mlp = { sizes, activation, parameters };
  for (const { inputs, weights } of layersOf(mlp)) {
    const deviation = Math.sqrt((activation === "relu" ? 2 : 1) / inputs);
    for (let i = 0; i < weights.length; i++) weights[i] = deviation * random.normal();
  }
  return mlp;
}

function layerShapes(sizes: readonly number[]): [inputs: number, outputs: number][] {
  return sizes.slice(1).map((outputs, i) => [sizes[i] ?? 0, outputs]);
}

/** The layers as views into `vector`, which is the parameters or a gradient of the same length. */
export function layersOf(mlp: Mlp, vector: Float64Array = mlp.parameters): LayerView[] {
  let start = 0;
  return layerShapes(mlp.sizes).map(([inputs, outputs]) => {
    const weights = vector.subarray(start, start + inputs * outputs);
    const biases = vector.subarray(start + inputs * outputs, start + (inputs + 1) * outputs);
    start += (inputs + 1) * outputs;
    return { inputs, outputs, weights, biases };
  });
}

/**
 * Forward pass.
 *
 * @param inputs - Shape `[n, sizes[0]]`.
 * @returns What every layer gives, the inputs first: element `l` has shape `[n, sizes[l]]`. The last one is the output, without activation.
 */
export function forward(mlp: Mlp, inputs: Float64Array): Float64Array[] {
  const layers = layersOf(mlp);
  const outputs = [inputs];
  for (const [l, layer] of layers.entries()) {
    const values = affine(layer, outputs[l] ?? inputs);
    if (l < layers.length - 1) activate(values, mlp.activation);
    outputs.push(values);
  }
  return outputs;
}

/** The network's output, shape `[n, last size]`. */
export function predict(mlp: Mlp, inputs: Float64Array): Float64Array {
  return forward(mlp, inputs).at(-1) ?? inputs;
}

/** x · Wᵀ + b for rows x. */
function affine({ inputs, outputs, weights, biases }: LayerView, x: Float64Array): Float64Array {
  const rows = x.length / inputs;
  const y = new Float64Array(rows * outputs);
  for (let r = 0; r < rows; r++) {
    for (let o = 0; o < outputs; o++) {
      let sum = biases[o]!;
      for (let i = 0; i < inputs; i++) sum += weights[o * inputs + i]! * x[r * inputs + i]!;
      y[r * outputs + o] = sum;
    }
  }
  return y;
}

function activate(values: Float64Array, activation: Activation): void {
  for (let i = 0; i < values.length; i++)
    values[i] = activation === "tanh" ? Math.tanh(values[i]!) : Math.max(0, values[i]!);
}

/**
 * Backward pass.
 *
 * @param outputs - What {@link forward} gave.
 * @param outputGradient - Derivative of the loss by the network's output, shape `[n, last size]`.
 * @returns Derivative of the loss by every parameter, in the order of `mlp.parameters`.
 */
export function backward(mlp: Mlp, outputs: readonly Float64Array[], outputGradient: Float64Array): Float64Array {
  const gradient = new Float64Array(mlp.parameters.length);
  const layers = layersOf(mlp);
  const gradients = layersOf(mlp, gradient);
  let above = outputGradient;
  for (let l = layers.length - 1; l >= 0; l--) {
    const x = outputs[l]!;
    addLayerGradient(gradients[l]!, x, above);
    if (l > 0) above = throughActivation(inputGradient(layers[l]!, above), x, mlp.activation);
  }
  return gradient;
}

/** dW = aboveᵀ · x and db = column sums of above. */
function addLayerGradient({ inputs, outputs, weights, biases }: LayerView, x: Float64Array, above: Float64Array): void {
  for (let r = 0; r < above.length / outputs; r++) {
    for (let o = 0; o < outputs; o++) {
      const delta = above[r * outputs + o]!;
      biases[o]! += delta;
      for (let i = 0; i < inputs; i++) weights[o * inputs + i]! += delta * x[r * inputs + i]!;
    }
  }
}

/** above · W. */
function inputGradient({ inputs, outputs, weights }: LayerView, above: Float64Array): Float64Array {
  const below = new Float64Array((above.length / outputs) * inputs);
  for (let r = 0; r < above.length / outputs; r++) {
    for (let o = 0; o < outputs; o++) {
      const delta = above[r * outputs + o]!;
      for (let i = 0; i < inputs; i++) below[r * inputs + i]! += delta * weights[o * inputs + i]!;
    }
  }
  return below;
}

/** Multiplies in place by the activation's slope, which both activations tell from their output: 1 − y² (tanh), y > 0 (ReLU). */
function throughActivation(gradient: Float64Array, y: Float64Array, activation: Activation): Float64Array {
  for (let i = 0; i < gradient.length; i++) {
    gradient[i]! *= activation === "tanh" ? 1 - y[i]! ** 2 : Number(y[i]! > 0);
  }
  return gradient;
}

/** A loss and its derivative by the network's output. */
export interface Loss {
  /** Mean over the rows. */
  readonly loss: number;
  /** Shape of the output. */
  readonly gradient: Float64Array;
}

/** Mean squared error over all elements. */
export function meanSquaredError(output: Float64Array, target: Float64Array): Loss {
  const gradient = output.map((value, i) => (2 * (value - target[i]!)) / output.length);
  const loss = output.reduce((sum, value, i) => sum + (value - target[i]!) ** 2, 0) / output.length;
  return { loss, gradient };
}

/** Softmax and cross-entropy together, mean over rows. `labels[r]` is the class of row `r`; `logits` has shape `[labels.length, classes]`. */
export function softmaxCrossEntropy(logits: Float64Array, labels: Uint8Array): Loss {
  const classes = logits.length / labels.length;
  const gradient = softmax(logits, classes);
  let loss = 0;
  for (const [r, label] of labels.entries()) {
    const i = r * classes + label;
    loss -= Math.log(Math.max(gradient[i]!, Number.MIN_VALUE)) / labels.length;
    gradient[i]! -= 1;
  }
  return { loss, gradient: gradient.map((value) => value / labels.length) };
}

/** Row by row: exp(z − max z) / Σ, which cannot overflow. */
export function softmax(logits: Float64Array, classes: number): Float64Array {
  const shares = new Float64Array(logits.length);
  for (let start = 0; start < logits.length; start += classes) {
    const row = logits.subarray(start, start + classes);
    const highest = Math.max(...row);
    const sum = row.reduce((total, z) => total + Math.exp(z - highest), 0);
    for (let c = 0; c < classes; c++) shares[start + c] = Math.exp(row[c]! - highest) / sum;
  }
  return shares;
}

/** Running moments of Adam (Kingma and Ba 2015, algorithm 1). */
export interface Adam {
  readonly mean: Float64Array;
  readonly variance: Float64Array;
  stepCount: number;
}

/** Adam's state before the first step, for a vector of `length` parameters. */
export function createAdam(length: number): Adam {
  return { mean: new Float64Array(length), variance: new Float64Array(length), stepCount: 0 };
}

/** Moves `parameters` one Adam step against `gradient`, in place, with the paper's β₁ = 0.9, β₂ = 0.999, ε = 1e-8. */
export function adamStep(adam: Adam, parameters: Float64Array, gradient: Float64Array, learningRate: number): void {
  adam.stepCount += 1;
  const meanScale = 1 / (1 - 0.9 ** adam.stepCount);
  const varianceScale = 1 / (1 - 0.999 ** adam.stepCount);
  for (let i = 0; i < parameters.length; i++) {
    const slope = gradient[i]!;
    adam.mean[i] = 0.9 * adam.mean[i]! + 0.1 * slope;
    adam.variance[i] = 0.999 * adam.variance[i]! + 0.001 * slope * slope;
    parameters[i]! -=
      (learningRate * adam.mean[i]! * meanScale) / (Math.sqrt(adam.variance[i]! * varianceScale) + 1e-8);
  }
}

/** Euclidean norm of a vector. */
export function norm(vector: Float64Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
}
