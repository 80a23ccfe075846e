"""Coefficients of erf in kernels/constants.ts: a quotient of polynomials in x², by weighted least squares on Chebyshev nodes, reweighted until the relative
errors are level (Lawson's method).

    python packages/nn/scripts/fit-erf.py     # needs numpy and mpmath
"""

import numpy as np
from mpmath import erf, mp

mp.dps = 30
# From here on erf(x) is 1 as a float.
LIMIT = 4
NUMERATOR_DEGREE = 5
DENOMINATOR_DEGREE = 5

nodes = np.cos((np.arange(600) + 0.5) * np.pi / 600)
x = LIMIT / 2 + LIMIT / 2 * nodes
y = np.array([float(erf(v)) for v in x])

# y = x·P(x²) / Q(x²) with Q(0) = 1, multiplied out: x·P − y·(Q − 1) = y. The Q of the round before takes the weight of multiplying back.
numerator = np.vander(x * x, NUMERATOR_DEGREE + 1, increasing=True) * x[:, None]
denominator = np.vander(x * x, DENOMINATOR_DEGREE + 1, increasing=True)
columns = np.hstack([numerator, -y[:, None] * denominator[:, 1:]])

level = np.ones_like(x)
quotient_by = np.ones_like(x)
best = np.inf
for _ in range(80):
    weights = level / (quotient_by * y)
    rows = columns * weights[:, None]
    scale = np.abs(rows).max(axis=0)
    solution = np.linalg.lstsq(rows / scale, y * weights, rcond=1e-18)[0] / scale
    p, q = solution[: NUMERATOR_DEGREE + 1], np.concatenate([[1.0], solution[NUMERATOR_DEGREE + 1 :]])
    quotient_by = denominator @ q
    error = np.abs(numerator @ p / quotient_by - y) / y
    if error.max() < best:
        best, found = error.max(), (p, q)
    level *= np.sqrt(error / error.max() + 0.05)

print("erf(x)/x in x², 0 ≤ x ≤ 4, highest power first; largest relative error", best)
print("numerator:", *(float(np.float32(c)) for c in found[0][::-1]))
print("denominator:", *(float(np.float32(c)) for c in found[1][::-1]))
