/**
 * @file Elementwise functions of two operands of one element type, with broadcasting.
 *
 * The output is seen as `[n2, n1, n0]` (the host merges axes until three are left). Each operand has steps for the outer two and is, along the inner one,
 * either contiguous (`step0` 1) or one element for the whole row (`step0` 0).
 */
import { storeUpTo4 } from "./lanes";
import { JOB_BINARY } from "./job-numbers";
import { argument, isBig, partStart, run, setArgument } from "./threads";
import { geluGrad } from "./vector-math";

@external("math", "pow")
declare function hostPow(x: f64, y: f64): f64;

/** One operation, on four floats, two doubles or four integers. Instances do not exist: see `./unary.ts`. */
abstract class Binary {
  abstract float(a: v128, b: v128): v128;
  abstract double(a: v128, b: v128): v128;
  abstract int(a: v128, b: v128): v128;
}
class Add extends Binary {
  float(a: v128, b: v128): v128 { return f32x4.add(a, b); }
  double(a: v128, b: v128): v128 { return f64x2.add(a, b); }
  int(a: v128, b: v128): v128 { return i32x4.add(a, b); }
}
class Sub extends Binary {
  float(a: v128, b: v128): v128 { return f32x4.sub(a, b); }
  double(a: v128, b: v128): v128 { return f64x2.sub(a, b); }
  int(a: v128, b: v128): v128 { return i32x4.sub(a, b); }
}
class Mul extends Binary {
  float(a: v128, b: v128): v128 { return f32x4.mul(a, b); }
  double(a: v128, b: v128): v128 { return f64x2.mul(a, b); }
  int(a: v128, b: v128): v128 { return i32x4.mul(a, b); }
}
/** Integers have no division kernel: the reference decides how it rounds. */
class Div extends Binary {
  float(a: v128, b: v128): v128 { return f32x4.div(a, b); }
  double(a: v128, b: v128): v128 { return f64x2.div(a, b); }
  int(a: v128, b: v128): v128 { return a; }
}
class Maximum extends Binary {
  float(a: v128, b: v128): v128 { return f32x4.max(a, b); }
  double(a: v128, b: v128): v128 { return f64x2.max(a, b); }
  int(a: v128, b: v128): v128 { return i32x4.max_s(a, b); }
}
class Minimum extends Binary {
  float(a: v128, b: v128): v128 { return f32x4.min(a, b); }
  double(a: v128, b: v128): v128 { return f64x2.min(a, b); }
  int(a: v128, b: v128): v128 { return i32x4.min_s(a, b); }
}
class Equal extends Binary {
  float(a: v128, b: v128): v128 { return v128.and(f32x4.eq(a, b), f32x4.splat(1)); }
  double(a: v128, b: v128): v128 { return v128.and(f64x2.eq(a, b), f64x2.splat(1)); }
  int(a: v128, b: v128): v128 { return v128.and(i32x4.eq(a, b), i32x4.splat(1)); }
}
class NotEqual extends Binary {
  float(a: v128, b: v128): v128 { return v128.and(f32x4.ne(a, b), f32x4.splat(1)); }
  double(a: v128, b: v128): v128 { return v128.and(f64x2.ne(a, b), f64x2.splat(1)); }
  int(a: v128, b: v128): v128 { return v128.and(i32x4.ne(a, b), i32x4.splat(1)); }
}
class Less extends Binary {
  float(a: v128, b: v128): v128 { return v128.and(f32x4.lt(a, b), f32x4.splat(1)); }
  double(a: v128, b: v128): v128 { return v128.and(f64x2.lt(a, b), f64x2.splat(1)); }
  int(a: v128, b: v128): v128 { return v128.and(i32x4.lt_s(a, b), i32x4.splat(1)); }
}
class LessEqual extends Binary {
  float(a: v128, b: v128): v128 { return v128.and(f32x4.le(a, b), f32x4.splat(1)); }
  double(a: v128, b: v128): v128 { return v128.and(f64x2.le(a, b), f64x2.splat(1)); }
  int(a: v128, b: v128): v128 { return v128.and(i32x4.le_s(a, b), i32x4.splat(1)); }
}
/** The host's own function, exact and rare enough (squares and roots have kernels), but where C and PyTorch give 1 and JavaScript NaN. */
function power(a: f64, b: f64): f64 {
  return a == 1 || (a == -1 && abs<f64>(b) == Infinity) ? 1 : hostPow(a, b);
}

class Pow extends Binary {
  float(a: v128, b: v128): v128 {
    return f32x4(
      <f32>power(f32x4.extract_lane(a, 0), f32x4.extract_lane(b, 0)),
      <f32>power(f32x4.extract_lane(a, 1), f32x4.extract_lane(b, 1)),
      <f32>power(f32x4.extract_lane(a, 2), f32x4.extract_lane(b, 2)),
      <f32>power(f32x4.extract_lane(a, 3), f32x4.extract_lane(b, 3)),
    );
  }
  double(a: v128, b: v128): v128 {
    return f64x2(
      power(f64x2.extract_lane(a, 0), f64x2.extract_lane(b, 0)),
      power(f64x2.extract_lane(a, 1), f64x2.extract_lane(b, 1)),
    );
  }
  int(a: v128, b: v128): v128 { return a; }
}

/** Chooses a method of {@link Binary} by element type, at compile time. */
function compute<T, Operation extends Binary>(a: v128, b: v128): v128 {
  const operation = changetype<Operation>(0);
  if (isInteger<T>()) return operation.int(a, b);
  else if (sizeof<T>() == 8) return operation.double(a, b);
  else return operation.float(a, b);
}

/** Of floats only. */
class GeluGrad extends Binary {
  float(a: v128, b: v128): v128 { return geluGrad(a, b); }
  double(a: v128, b: v128): v128 { return a; }
  int(a: v128, b: v128): v128 { return a; }
}

/** One row: `out[i] = operation(a[i · stepA], b[i · stepB])`. */
function row<T, Operation extends Binary>(out: usize, a: usize, stepA: i32, b: usize, stepB: i32, size: i32): void {
  const lanes: i32 = 16 / sizeof<T>();
  if (stepA && stepB) {
    for (; size > 0; size -= lanes, out += 16, a += 16, b += 16) {
      storeLanes<T>(out, compute<T, Operation>(v128.load(a), v128.load(b)), size);
    }
  } else if (stepA) {
    const y = v128.splat<T>(load<T>(b));
    for (; size > 0; size -= lanes, out += 16, a += 16) storeLanes<T>(out, compute<T, Operation>(v128.load(a), y), size);
  } else {
    const x = v128.splat<T>(load<T>(a));
    for (; size > 0; size -= lanes, out += 16, b += stepB ? 16 : 0) {
      storeLanes<T>(out, compute<T, Operation>(x, stepB ? v128.load(b) : v128.splat<T>(load<T>(b))), size);
    }
  }
}

function storeLanes<T>(out: usize, x: v128, left: i32): void {
  if (sizeof<T>() == 4) storeUpTo4(out, x, left);
  else if (left >= 2) v128.store(out, x);
  else v128.store64_lane(out, x, 0);
}

function rowOf<T>(operation: i32, out: usize, a: usize, a0: i32, b: usize, b0: i32, n0: i32): void {
  switch (operation) {
    case 0: row<T, Add>(out, a, a0, b, b0, n0); break;
    case 1: row<T, Sub>(out, a, a0, b, b0, n0); break;
    case 2: row<T, Mul>(out, a, a0, b, b0, n0); break;
    case 3: row<T, Div>(out, a, a0, b, b0, n0); break;
    case 4: row<T, Maximum>(out, a, a0, b, b0, n0); break;
    case 5: row<T, Minimum>(out, a, a0, b, b0, n0); break;
    case 6: row<T, Equal>(out, a, a0, b, b0, n0); break;
    case 7: row<T, NotEqual>(out, a, a0, b, b0, n0); break;
    case 8: row<T, Less>(out, a, a0, b, b0, n0); break;
    case 9: row<T, LessEqual>(out, a, a0, b, b0, n0); break;
    case 10: row<T, Pow>(out, a, a0, b, b0, n0); break;
    case 11: row<T, GeluGrad>(out, a, a0, b, b0, n0); break;
  }
}

/** Element types as the host numbers them. */
const FLOAT: i32 = 0;
const F64: i32 = 1;

/**
 * out = operation(a, b). Two axes or one are three with leading ones.
 *
 * @param dtype - 0 float, 1 f64, 2 int32.
 * @param a2 - Elements between neighbours of operand `a` along the outermost axis, 0 where it is broadcast; so `a1`. `a0` is 1 or 0.
 */
export function binary(
  operation: i32, dtype: i32, out: usize, n2: i32, n1: i32, n0: i32, a: usize, a2: i32, a1: i32, a0: i32, b: usize, b2: i32, b1: i32, b0: i32,
): void {
  if (!isBig(<f64>n2 * n1 * n0 * 4)) {
    binaryPart(operation, dtype, out, n1, n0, a, a2, a1, a0, b, b2, b1, b0, 0, n2 * n1);
    return;
  }
  setArgument(0, operation); setArgument(1, dtype); setArgument(2, out);
  setArgument(3, n2); setArgument(4, n1); setArgument(5, n0);
  setArgument(6, a); setArgument(7, a2); setArgument(8, a1); setArgument(9, a0);
  setArgument(10, b); setArgument(11, b2); setArgument(12, b1); setArgument(13, b0);
  run(JOB_BINARY);
}

/** Rows are cut when there are many, otherwise each row. */
export function binaryJob(part: i32, parts: i32): void {
  const dtype = argument(1), n2 = argument(3), n1 = argument(4), n0 = argument(5);
  const a0 = argument(9), b0 = argument(13);
  const count = n2 * n1;
  let first = 0, last = count, column = 0, columns = n0;
  if (count >= 8 * parts) {
    first = partStart(count, part, parts);
    last = partStart(count, part + 1, parts);
  } else if (count == 1) {
    column = partStart(n0 >> 4, part, parts) << 4;
    columns = (part + 1 == parts ? n0 : partStart(n0 >> 4, part + 1, parts) << 4) - column;
  } else if (part > 0) return;
  const bytes = dtype == F64 ? 8 : 4;
  binaryPart(
    argument(0), dtype, argument(2) + column * bytes, n1, columns,
    argument(6) + column * a0 * bytes, argument(7), argument(8), a0,
    argument(10) + column * b0 * bytes, argument(11), argument(12), b0, first, last,
  );
}

/** Rows `first` to `last` of the `n2 · n1` rows of the output. */
function binaryPart(
  operation: i32, dtype: i32, out: usize, n1: i32, n0: i32, a: usize, a2: i32, a1: i32, a0: i32, b: usize, b2: i32, b1: i32, b0: i32, first: i32, last: i32,
): void {
  const shift: usize = dtype == F64 ? 3 : 2, rowBytes = <usize>n0 << shift;
  let i2 = first / n1, i1 = first - i2 * n1;
  out += <usize>first * rowBytes;
  for (let i = first; i < last; i++, out += rowBytes) {
    const ai = a + (<usize>(i2 * a2 + i1 * a1) << shift), bi = b + (<usize>(i2 * b2 + i1 * b1) << shift);
    if (dtype == FLOAT) rowOf<f32>(operation, out, ai, a0, bi, b0, n0);
    else if (dtype == F64) rowOf<f64>(operation, out, ai, a0, bi, b0, n0);
    else rowOf<i32>(operation, out, ai, a0, bi, b0, n0);
    if (++i1 == n1) {
      i1 = 0;
      i2++;
    }
  }
}
