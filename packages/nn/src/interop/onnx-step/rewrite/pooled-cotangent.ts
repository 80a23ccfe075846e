/** @file Cotangents that go back through a maximum of windows and a ReLU before it. */
import { fillOf, primitiveNamed, type Rule } from "./rule.ts";

/**
 * A cotangent that is spread over the elements x of windows, where x is not 0 (what ReLU let through): x is its window's maximum there, so the small
 * cotangent can be masked, by the maxima, before it is spread.
 */
export const maskPooledCotangent: Rule = ({ rewriter }, { primitive, inputs }) => {
  const [condition, spread, zero] = inputs;
  if (primitive.name !== "where" || condition === undefined || spread === undefined || zero === undefined)
    return undefined;
  const gradient = rewriter.makerOf(spread);
  const [x, cotangent] = gradient?.inputs ?? [];
  if (gradient?.primitive.name !== "maxPool2dGrad" || x !== condition || cotangent === undefined) return undefined;
  if (zero.shape.length > 0 || fillOf(rewriter, zero) !== 0) return undefined;
  const maxima = rewriter.emit(primitiveNamed("maxPool2d"), [x], gradient.attributes);
  const isThere = rewriter.emit(primitiveNamed("notEqual"), [maxima, zero], undefined);
  const masked = rewriter.emit(primitiveNamed("mul"), [cotangent, isThere], undefined);
  return rewriter.emit(gradient.primitive, [x, masked], gradient.attributes);
};
