/**
 * @file Convolution and its gradients in plain TypeScript.
 *
 * The three compute with the same triples (image element, weight, result element) and differ in which of the three they sum up, so the walk over the
 * triples is written once. It hands out rows of triples: a call for each one would take most of the time, and f64 has nothing faster than this.
 */
import type { Shape } from "../shape/shape.ts";
import type { ConvolutionAttributes } from "./convolution.ts";
import type { ReferenceView } from "./primitive.ts";

type Elements = ReferenceView["data"];

/** Shapes of image `[n, c, h, w]`, weight `[o, c / groups, kh, kw]` and result `[n, o, oh, ow]`. */
interface Shapes {
  readonly image: Shape;
  readonly weight: Shape;
  readonly result: Shape;
}

/** Triples with one weight and neighbouring result elements: `count` of them, their image elements `step` apart. */
type VisitRow = (image: number, step: number, weight: number, result: number, count: number) => void;

/** The columns whose image element, column · step + shift, lies in the image: the first one, their number, and the image element of the first. */
function spanOf(
  shift: number,
  step: number,
  width: number,
  columns: number,
): { readonly first: number; readonly count: number; readonly from: number } {
  const first = Math.max(0, Math.ceil(-shift / step));
  const end = Math.min(columns, Math.floor((width - 1 - shift) / step) + 1);
  return { first, count: end - first, from: first * step + shift };
}

/** Calls `visit` with the first places of all rows of triples, ordered by row of the result and then by weight. */
function eachRow(
  { image, weight, result }: Shapes,
  { stride, padding, dilation, groups }: ConvolutionAttributes,
  visit: VisitRow,
): void {
  const [, channels = 0, height = 0, width = 0] = image;
  const [outChannels = 0, perGroup = 0, kernelHeight = 0, kernelWidth = 0] = weight;
  const [batch = 0, , rows = 0, columns = 0] = result;
  const step = stride[1];
  const spans = Array.from({ length: kernelWidth }, (_, j) =>
    spanOf(j * dilation[1] - padding[1][0], step, width, columns),
  );
  let at = 0;
  for (let n = 0; n < batch; n += 1) {
    for (let o = 0; o < outChannels; o += 1) {
      const firstChannel = Math.floor((o * groups) / outChannels) * perGroup;
      for (let row = 0; row < rows; row += 1, at += columns) {
        for (let c = 0; c < perGroup; c += 1) {
          const plane = (n * channels + firstChannel + c) * height;
          const filter = (o * perGroup + c) * kernelHeight;
          for (let i = 0; i < kernelHeight; i += 1) {
            const y = row * stride[0] - padding[0][0] + i * dilation[0];
            if (y < 0 || y >= height) continue;
            for (let j = 0; j < kernelWidth; j += 1) {
              const { first, count, from } = spans[j]!;
              if (count > 0) visit((plane + y) * width + from, step, (filter + i) * kernelWidth + j, at + first, count);
            }
          }
        }
      }
    }
  }
}

/** Sums in double precision, so that f32 results are rounded once. */
function summed(output: Elements, run: (sums: Float64Array) => void): void {
  const sums = new Float64Array(output.length);
  run(sums);
  output.set(sums);
}

/** result = convolution of image and weight. */
export function forwardReference(
  output: ReferenceView,
  { data: image, shape: imageShape }: ReferenceView,
  { data: weight, shape: weightShape }: ReferenceView,
  attributes: ConvolutionAttributes,
): void {
  summed(output.data, (sums) => {
    eachRow({ image: imageShape, weight: weightShape, result: output.shape }, attributes, (i, step, w, r, count) => {
      const factor = weight[w]!;
      for (let k = 0; k < count; k += 1) sums[r + k] = sums[r + k]! + image[i + k * step]! * factor;
    });
  });
}

/** Cotangent of the image from that of the result. */
export function inputGradReference(
  output: ReferenceView,
  { data: result, shape: resultShape }: ReferenceView,
  { data: weight, shape: weightShape }: ReferenceView,
  attributes: ConvolutionAttributes,
): void {
  summed(output.data, (sums) => {
    eachRow({ image: output.shape, weight: weightShape, result: resultShape }, attributes, (i, step, w, r, count) => {
      const factor = weight[w]!;
      for (let k = 0; k < count; k += 1) sums[i + k * step] = sums[i + k * step]! + result[r + k]! * factor;
    });
  });
}

/** Cotangent of the weight from that of the result. */
export function weightGradReference(
  output: ReferenceView,
  { data: image, shape: imageShape }: ReferenceView,
  { data: result, shape: resultShape }: ReferenceView,
  attributes: ConvolutionAttributes,
): void {
  summed(output.data, (sums) => {
    eachRow({ image: imageShape, weight: output.shape, result: resultShape }, attributes, (i, step, w, r, count) => {
      let total = sums[w]!;
      for (let k = 0; k < count; k += 1) total += image[i + k * step]! * result[r + k]!;
      sums[w] = total;
    });
  });
}
