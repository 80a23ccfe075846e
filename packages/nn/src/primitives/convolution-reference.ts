/**
 * @file Convolution and its gradients in plain TypeScript.
 *
 * The three compute with the same triples (image element, weight, result element) and differ in which of the three they sum up, so the walk over the
 * triples is written once.
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

/** Calls `visit(image, weight, result)` with the places of all triples, ordered by result and then by weight. */
function eachTriple(
  { image, weight, result }: Shapes,
  { stride, padding, dilation, groups }: ConvolutionAttributes,
  visit: (image: number, weight: number, result: number) => void,
): void {
  const [, channels = 0, height = 0, width = 0] = image;
  const [outChannels = 0, perGroup = 0, kernelHeight = 0, kernelWidth = 0] = weight;
  const [batch = 0, , rows = 0, columns = 0] = result;
  let at = 0;
  for (let n = 0; n < batch; n += 1) {
    for (let o = 0; o < outChannels; o += 1) {
      const firstChannel = Math.floor((o * groups) / outChannels) * perGroup;
      for (let row = 0; row < rows; row += 1) {
        for (let column = 0; column < columns; column += 1, at += 1) {
          for (let c = 0; c < perGroup; c += 1) {
            const plane = (n * channels + firstChannel + c) * height;
            const filter = (o * perGroup + c) * kernelHeight;
            for (let i = 0; i < kernelHeight; i += 1) {
              const y = row * stride[0] - padding[0][0] + i * dilation[0];
              if (y < 0 || y >= height) continue;
              for (let j = 0; j < kernelWidth; j += 1) {
                const x = column * stride[1] - padding[1][0] + j * dilation[1];
                if (x >= 0 && x < width) visit((plane + y) * width + x, (filter + i) * kernelWidth + j, at);
              }
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
    eachTriple({ image: imageShape, weight: weightShape, result: output.shape }, attributes, (i, w, r) => {
      sums[r] = sums[r]! + image[i]! * weight[w]!;
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
    eachTriple({ image: output.shape, weight: weightShape, result: resultShape }, attributes, (i, w, r) => {
      sums[i] = sums[i]! + result[r]! * weight[w]!;
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
    eachTriple({ image: imageShape, weight: output.shape, result: resultShape }, attributes, (i, w, r) => {
      sums[w] = sums[w]! + image[i]! * result[r]!;
    });
  });
}
