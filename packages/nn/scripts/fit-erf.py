"""Coefficients of erf in kernels/vector-math.ts: weighted least squares on Chebyshev nodes, reweighted until the errors are level (Lawson's method).

    python packages/nn/scripts/fit-erf.py     # needs numpy and mpmath

Near 0, erf(x) / x is a polynomial in x²; from 1 on, erf(x) = 1 - exp(q(x)) with a polynomial q for log(erfc(x)).
"""

import numpy as np
from mpmath import erf, erfc, log, mp, pi, sqrt

mp.dps = 30


def fit(function, low, high, degree, weight):
    """Coefficients, constant first, and the largest weighted error."""
    nodes = np.cos((np.arange(400) + 0.5) * np.pi / 400)
    x = (low + high) / 2 + (high - low) / 2 * nodes
    y = np.array([float(function(v)) for v in x])
    scale = np.array([float(weight(v)) for v in x])
    level = np.ones_like(x)
    for _ in range(60):
        powers = np.vander(x, degree + 1, increasing=True)
        rows = (level * scale)[:, None]
        coefficients = np.linalg.lstsq(powers * rows, y * rows[:, 0], rcond=None)[0]
        error = np.abs(powers @ coefficients - y) * scale
        level *= np.sqrt(error / error.max() + 0.05)
    return [float(np.float32(c)) for c in coefficients], error.max()


def erf_over_x(square):
    return erf(sqrt(square)) / sqrt(square) if square > 0 else 2 / sqrt(pi)


print("erf(x)/x in x², 0 ≤ x ≤ 1:", *fit(erf_over_x, 0, 1, 6, lambda s: 1 / erf_over_x(s)))
print("log erfc(x), 1 ≤ x ≤ 4:", *fit(lambda t: log(erfc(t)), 0.95, 4, 6, lambda t: erfc(t) + 2e-9))
