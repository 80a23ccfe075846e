/**
 * @file Mathematics that every kernel can use.
 *
 * WGSL promises little of its own functions: `sin` may be off by 2⁻¹¹, `tanh` may be NaN for large arguments, sums may be computed in any order, and
 * there may be no NaN and no infinity. So what must be right is computed from what must work: comparisons of bits, series, and reduced arguments.
 */

/** Elements of all tensors, as bits; and the functions. Word 0 to 2 of the memory take note of an index that is out of range. */
export const PRELUDE: string = `
@group(0) @binding(0) var<storage, read_write> m: array<u32>;

// Not a constant expression: those must be finite.
fn f(bits: u32) -> f32 { return bitcast<f32>(bits); }
fn n(bits: u32) -> i32 { return bitcast<i32>(bits); }
fn is_nan(x: f32) -> bool { return (bitcast<u32>(x) & 0x7fffffffu) > 0x7f800000u; }
fn max_f(a: f32, b: f32) -> f32 { if (is_nan(a)) { return a; } if (is_nan(b)) { return b; } return select(b, a, a > b); }
fn min_f(a: f32, b: f32) -> f32 { if (is_nan(a)) { return a; } if (is_nan(b)) { return b; } return select(b, a, a < b); }
fn relu_f(x: f32) -> f32 { return select(x, 0f, x <= 0f); }
fn sign_f(x: f32) -> f32 { if (is_nan(x)) { return x; } return select(select(0f, -1f, x < 0f), 1f, x > 0f); }
fn exp_f(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x > 88.72284f) { return f(0x7f800000u); }
  return exp(x);
}
fn log_f(x: f32) -> f32 {
  if (is_nan(x) || x < 0f) { return f(0x7fc00000u); }
  if (x == 0f) { return f(0xff800000u); }
  return log(x);
}
fn expm1_f(x: f32) -> f32 {
  if (abs(x) < 0.5f) {
    return x * (1f + x / 2f * (1f + x / 3f * (1f + x / 4f * (1f + x / 5f * (1f + x / 6f * (1f + x / 7f * (1f + x / 8f)))))));
  }
  return exp_f(x) - 1f;
}
fn log1p_f(x: f32) -> f32 {
  if (abs(x) < 0.5f) {
    let s = x / (2f + x);
    let q = s * s;
    return 2f * s * (1f + q * (1f / 3f + q * (1f / 5f + q * (1f / 7f + q * (1f / 9f + q * (1f / 11f + q / 13f))))));
  }
  return log_f(1f + x);
}
fn tanh_f(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (abs(x) > 9.5f) { return sign_f(x); }
  let e = expm1_f(2f * x);
  return e / (e + 2f);
}
fn sigmoid_f(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  if (x < -88f) { return 0f; }
  return 1f / (1f + exp(-x));
}
fn erf_f(x: f32) -> f32 {
  if (is_nan(x)) { return x; }
  let q = x * x;
  if (abs(x) < 1f) {
    return 1.1283791670955126f * x * (1f - q / 3f * (1f - q * 3f / 10f * (1f - q * 5f / 21f * (1f - q * 7f / 36f * (1f - q * 9f / 55f
      * (1f - q * 11f / 78f * (1f - q * 13f / 105f * (1f - q * 15f / 136f * (1f - q * 17f / 171f)))))))));
  }
  // Abramowitz and Stegun, 7.1.26.
  let t = 1f / (1f + 0.3275911f * abs(x));
  let y = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t;
  return sign_f(x) * (1f - y * exp(-min(q, 80f)));
}
// x less the nearest multiple of π/2 (in three parts, so that no digits are lost), and which multiple it is.
fn quarter(x: f32) -> vec2<f32> {
  let k = round(x * 0.6366197723675814f);
  let a = fma(k, -1.5703125f, x);
  let b = fma(k, -0.0004837512969970703f, a);
  return vec2<f32>(fma(k, -7.54978995489188e-8f, b), k);
}
fn sin_poly(r: f32) -> f32 { let q = r * r; return r + r * q * (-0.16666654611f + q * (0.0083321608736f - q * 0.00019515295891f)); }
fn cos_poly(r: f32) -> f32 { let q = r * r; return 1f - 0.5f * q + q * q * (0.041666645683f + q * (-0.0013887316255f + q * 0.000024433157118f)); }
fn turned(x: f32, turn: i32) -> f32 {
  let r = quarter(x);
  let k = (i32(r.y) + turn) & 3;
  let y = select(sin_poly(r.x), cos_poly(r.x), (k & 1) == 1);
  return select(y, -y, k >= 2);
}
fn sin_f(x: f32) -> f32 { return turned(x, 0); }
fn cos_f(x: f32) -> f32 { return turned(x, 1); }
fn pow_f(a: f32, b: f32) -> f32 {
  if (b == 0f || a == 1f) { return 1f; }
  if (is_nan(a)) { return a; }
  if (is_nan(b)) { return b; }
  if (b == 1f) { return a; }
  if (b == 2f) { return a * a; }
  let whole = floor(b) == b;
  let odd = whole && floor(b * 0.5f) * 2f != b;
  if (a == 0f) { return select(0f, f(0x7f800000u), b < 0f); }
  if (a < 0f && !whole) { return f(0x7fc00000u); }
  let y = exp2(b * log2(abs(a)));
  return select(y, -y, a < 0f && odd);
}
fn to_int(x: f32) -> i32 {
  if (is_nan(x)) { return 0; }
  if (x >= 2147483648f) { return 2147483647; }
  if (x < -2147483648f) { return n(0x80000000u); }
  return i32(trunc(x));
}
fn valid(index: i32, length: i32) -> bool {
  if (index >= 0 && index < length) { return true; }
  m[0] = 1u; m[1] = bitcast<u32>(index); m[2] = u32(length);
  return false;
}
fn rotated(x: u32, bits: u32) -> u32 { return (x << bits) | (x >> (32u - bits)); }
fn threefry(key: vec2<u32>, counter: vec2<u32>) -> vec2<u32> {
  var schedule = array<u32, 3>(key.x, key.y, key.x ^ key.y ^ 0x1bd11bdau);
  var rotations = array<u32, 8>(13u, 15u, 26u, 6u, 17u, 29u, 16u, 24u);
  var x = counter + key;
  for (var group = 0u; group < 5u; group++) {
    for (var i = 0u; i < 4u; i++) {
      x.x += x.y;
      x.y = rotated(x.y, rotations[(group % 2u) * 4u + i]) ^ x.x;
    }
    x.x += schedule[(group + 1u) % 3u];
    x.y += schedule[(group + 2u) % 3u] + group + 1u;
  }
  return x;
}
`;
