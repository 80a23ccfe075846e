/** @file Elementwise functions of one float operand. Operation numbers: `src/engine/lowerings/codes.ts`. */
import { storeUpTo4 } from "./lanes";
import { JOB_UNARY } from "./job-numbers";
import { argument, isBig, partStart, run, setArgument } from "./threads";
import { cosine, erf, exp, expm1, gelu, log, log1p, sigmoid, sine, tanh } from "./vector-math";

/** One operation on four lanes. Instances do not exist: only the type's method is called, so that it is inlined into the loop. */
abstract class Unary {
  abstract of(x: v128): v128;
}
class Neg extends Unary {
  of(x: v128): v128 { return f32x4.neg(x); }
}
class Sqrt extends Unary {
  of(x: v128): v128 { return f32x4.sqrt(x); }
}
class Rsqrt extends Unary {
  of(x: v128): v128 { return f32x4.div(f32x4.splat(1), f32x4.sqrt(x)); }
}
class Reciprocal extends Unary {
  of(x: v128): v128 { return f32x4.div(f32x4.splat(1), x); }
}
class Square extends Unary {
  of(x: v128): v128 { return f32x4.mul(x, x); }
}
class Relu extends Unary {
  /** Clears what is not above 0; NaN compares false and stays. */
  of(x: v128): v128 { return v128.andnot(x, f32x4.le(x, f32x4.splat(0))); }
}
class Abs extends Unary {
  of(x: v128): v128 { return f32x4.abs(x); }
}
class Sign extends Unary {
  of(x: v128): v128 {
    const one = v128.or(f32x4.splat(1), v128.and(x, i32x4.splat(0x80000000)));
    // 0 and NaN are their own sign.
    return v128.bitselect(one, x, v128.or(f32x4.gt(x, f32x4.splat(0)), f32x4.lt(x, f32x4.splat(0))));
  }
}
class Floor extends Unary {
  of(x: v128): v128 { return f32x4.floor(x); }
}
class Copy extends Unary {
  of(x: v128): v128 { return x; }
}
class Exp extends Unary {
  of(x: v128): v128 { return exp(x); }
}
class Log extends Unary {
  of(x: v128): v128 { return log(x); }
}
class Log1p extends Unary {
  of(x: v128): v128 { return log1p(x); }
}
class Expm1 extends Unary {
  of(x: v128): v128 { return expm1(x); }
}
class Tanh extends Unary {
  of(x: v128): v128 { return tanh(x); }
}
class Sigmoid extends Unary {
  of(x: v128): v128 { return sigmoid(x); }
}
class Sine extends Unary {
  of(x: v128): v128 { return sine(x); }
}
class Cosine extends Unary {
  of(x: v128): v128 { return cosine(x); }
}
class Erf extends Unary {
  of(x: v128): v128 { return erf(x); }
}
class Gelu extends Unary {
  of(x: v128): v128 { return gelu(x); }
}

/** Operation numbers from here on cost some twenty instructions per element, those below one or two. */
const FIRST_TRANSCENDENTAL: i32 = 16;

/** out[i] = operation(x[i]) for `size` floats; `out` may be `x`. */
export function unary_f32(operation: i32, out: usize, x: usize, size: i32): void {
  if (!isBig(<f64>size * (operation < FIRST_TRANSCENDENTAL ? 4 : 20))) {
    unaryPart(operation, out, x, size);
    return;
  }
  setArgument(0, operation); setArgument(1, out); setArgument(2, x); setArgument(3, size);
  run(JOB_UNARY);
}

export function unaryJob(part: i32, parts: i32): void {
  const size = argument(3);
  const first = partStart(size >> 4, part, parts) << 4, last = part + 1 == parts ? size : partStart(size >> 4, part + 1, parts) << 4;
  const offset = first << 2;
  unaryPart(argument(0), argument(1) + offset, argument(2) + offset, last - first);
}

function unaryPart(operation: i32, out: usize, x: usize, size: i32): void {
  switch (operation) {
    case 0: map<Neg>(out, x, size); break;
    case 1: map<Sqrt>(out, x, size); break;
    case 2: map<Rsqrt>(out, x, size); break;
    case 3: map<Reciprocal>(out, x, size); break;
    case 4: map<Square>(out, x, size); break;
    case 5: map<Relu>(out, x, size); break;
    case 6: map<Abs>(out, x, size); break;
    case 7: map<Sign>(out, x, size); break;
    case 8: map<Floor>(out, x, size); break;
    case 9: map<Copy>(out, x, size); break;
    case 16: map<Exp>(out, x, size); break;
    case 17: map<Log>(out, x, size); break;
    case 18: map<Log1p>(out, x, size); break;
    case 19: map<Expm1>(out, x, size); break;
    case 20: map<Tanh>(out, x, size); break;
    case 21: map<Sigmoid>(out, x, size); break;
    case 22: map<Sine>(out, x, size); break;
    case 23: map<Cosine>(out, x, size); break;
    case 24: map<Erf>(out, x, size); break;
    case 25: map<Gelu>(out, x, size); break;
  }
}

function map<Operation extends Unary>(out: usize, x: usize, size: i32): void {
  const operation = changetype<Operation>(0);
  for (; size > 0; size -= 4, out += 16, x += 16) storeUpTo4(out, operation.of(v128.load(x)), size);
}
