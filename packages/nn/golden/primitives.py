"""Writes primitives.json: every primitive's values, gradients and second derivatives as PyTorch computes them, in double precision.

Run with a Python that has PyTorch: python packages/nn/golden/primitives.py

A case is: op (a name of src/primitives/index.ts), args (its arguments that are not tensors), inputs, the output, and for differentiable ones a cotangent g
with the inputs' cotangents, and vectors v (one per input) with the gradients of sum(v * cotangents), which are the second derivatives.
All inputs are exact in single precision, so the same cases check float.
"""

import json
import math
from pathlib import Path

import torch
import torch.nn.functional as F

HERE = Path(__file__).parent
torch.manual_seed(0)
cases = []


def number(value):
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return "-0" if isinstance(value, float) and value == 0 and math.copysign(1, value) < 0 else value


def plain(tensor):
    kind = "int32" if not tensor.is_floating_point() else "float"
    return {"shape": list(tensor.shape), "dtype": kind, "data": [number(v) for v in tensor.detach().flatten().tolist()]}


def numbers(*shape, low=-2.0, high=2.0):
    """Random multiples of 1/64: exact in single precision, short in the file."""
    return torch.round((torch.rand(shape, dtype=torch.float64) * (high - low) + low) * 64) / 64


def values(*items):
    return torch.tensor(items, dtype=torch.float64)


def integers(shape, low, high):
    return torch.randint(low, high, shape, dtype=torch.int32)


def case(op, inputs, function, args=None, second=True, gradient=True, note=None):
    leaves = [x.clone().requires_grad_() if x.is_floating_point() else x for x in inputs]
    output = function(*leaves)
    entry = {"op": op, "args": args or {}, "inputs": [plain(x) for x in inputs], "output": plain(output)}
    if note:
        entry["note"] = note
    floats = [x for x in leaves if x.is_floating_point()]
    if gradient and floats and output.requires_grad:
        g = numbers(*output.shape).requires_grad_()
        grads = torch.autograd.grad(output, floats, g, create_graph=True, allow_unused=True)
        grads = [torch.zeros_like(x) if dx is None else dx for dx, x in zip(grads, floats)]
        entry["cotangent"] = plain(g)
        entry["gradients"] = [plain(dx) for dx in grads]
        if second:
            vs = [numbers(*x.shape) for x in floats]
            total = sum((v * dx).sum() for v, dx in zip(vs, grads))
            seconds = torch.autograd.grad(total, [*floats, g], allow_unused=True)
            entry["vectors"] = [plain(v) for v in vs]
            entry["seconds"] = [plain(torch.zeros_like(x) if s is None else torch.zeros_like(x) + s) for s, x in zip(seconds, [*floats, g])]
    cases.append(entry)


INF, NAN = math.inf, math.nan

# Elementwise functions of one tensor: ordinary numbers, then edges.
UNARY = {
    "neg": torch.neg, "exp": torch.exp, "log": torch.log, "log1p": torch.log1p, "expm1": torch.expm1, "sqrt": torch.sqrt,
    "rsqrt": torch.rsqrt, "reciprocal": torch.reciprocal, "square": torch.square, "tanh": torch.tanh, "sigmoid": torch.sigmoid,
    "relu": torch.relu, "sin": torch.sin, "cos": torch.cos, "abs": torch.abs, "erf": torch.erf,
}
POSITIVE = {"log", "log1p", "sqrt", "rsqrt", "reciprocal"}
for name, function in UNARY.items():
    x = numbers(7, low=0.25, high=3) if name in POSITIVE else numbers(7, low=-3, high=3)
    case(name, [x], function)
    edges = values(0.0, -0.0, 1.0, -1.0, INF, -INF, 2.0**-40, -(2.0**-40), 20.0, -20.0)
    case(name, [edges], function, second=False, note="edges")
    case(name, [values(NAN)], function, gradient=False, note="NaN")
for name, function in {"sign": torch.sign, "floor": torch.floor}.items():
    case(name, [values(-2.5, -1.0, -0.25, 0.0, 0.75, 1.0, 3.5, INF, -INF)], function, gradient=False)
for name, function in {"neg": torch.neg, "abs": torch.abs, "sign": torch.sign, "square": torch.square, "relu": torch.relu, "floor": lambda x: x}.items():
    case(name, [torch.tensor([-3, 0, 5, 70000], dtype=torch.int32)], function, note="int32")

# Elementwise functions of two tensors, with and without broadcasting.
BINARY = {
    "add": torch.add, "sub": torch.sub, "mul": torch.mul, "div": torch.div, "pow": torch.pow, "maximum": torch.maximum, "minimum": torch.minimum,
}
SHAPES = [((2, 3), (2, 3)), ((2, 3), ()), ((3,), (2, 3)), ((2, 1, 3), (4, 1)), ((1, 1), (1, 2, 1)), ((0, 3), (1, 3))]
for name, function in BINARY.items():
    for a, b in SHAPES:
        low = 0.25 if name == "pow" else -2.0
        right = numbers(*b, low=0.5, high=2.0) if name in {"div", "pow"} else numbers(*b)
        case(name, [numbers(*a, low=low), right], function)
edges = [0.0, -0.0, 1.0, -1.0, INF, -INF, 0.5, -2.0, 3.0]
left = values(*[a for a in edges for _ in edges])
right = values(*[b for _ in edges for b in edges])
for name, function in BINARY.items():
    case(name, [left, right], function, second=False, note="edges")
for name in ["add", "mul", "maximum", "minimum", "pow"]:
    case(name, [values(NAN, 1.0, NAN, 0.0, NAN), values(1.0, NAN, NAN, NAN, 0.0)], BINARY[name], gradient=False, note="NaN")
for name in ["maximum", "minimum"]:
    case(name, [values(1.0, 2.0, 3.0, NAN, 1.0), values(1.0, 1.0, 3.0, 1.0, NAN)], BINARY[name], second=False, note="ties")
case("pow", [values(0.0, 0.0, 0.0, 2.0, -2.0, -2.0), values(0.0, 1.0, 2.0, 0.0, 3.0, 2.0)], torch.pow, second=False, note="zeros")
big = torch.tensor([2**31 - 1, -(2**31), 65537, -7], dtype=torch.int32)
for name in ["add", "sub", "mul", "maximum", "minimum"]:
    case(name, [big, torch.tensor([2**31 - 3, 1, 65537, 3], dtype=torch.int32)], BINARY[name], note="int32 wraps around")
COMPARE = {"equal": torch.eq, "notEqual": torch.ne, "less": torch.lt, "lessEqual": torch.le}
for name, function in COMPARE.items():
    case(name, [values(1, 2, 3, NAN, INF, 0.0), values(2, 2, 2, NAN, INF, -0.0)], lambda a, b, f=function: f(a, b).double(), gradient=False)
    case(name, [integers((2, 1), -1, 2), integers((3,), -1, 2)], lambda a, b, f=function: f(a, b).int())

case("where", [values(0, 1, -2, NAN, 0), numbers(5), numbers(2, 5)], lambda c, a, b: torch.where(c != 0, a, b))
case("where", [integers((2, 1), 0, 2), numbers(3), numbers()], lambda c, a, b: torch.where(c != 0, a, b))
case("cast", [values(1.5, -1.5, 0.0, -0.0, 7.99)], lambda x: x.int(), {"dtype": "int32"})
case("cast", [torch.tensor([1, -7, 2**24 + 1], dtype=torch.int32)], lambda x: x.double(), {"dtype": "f64"})
case("barrier", [numbers(3)], lambda x: x * 1)

# Layout.
case("reshape", [numbers(2, 3)], lambda x: x.reshape(3, 2), {"shape": [3, 2]})
case("reshape", [numbers(2, 6)], lambda x: x.reshape(3, -1), {"shape": [3, -1]})
case("reshape", [numbers(1, 1)], lambda x: x.reshape(()), {"shape": []})
case("transpose", [numbers(2, 3, 4)], lambda x: x.permute(2, 0, 1), {"perm": [2, 0, 1]})
case("transpose", [numbers(2, 3)], lambda x: x.T, {"perm": [-1, 0]})
case("transpose", [numbers(2, 1, 0, 3)], lambda x: x.permute(3, 2, 1, 0), {"perm": [3, 2, 1, 0]})
case("broadcastTo", [numbers(3, 1)], lambda x: x.expand(2, 3, 2), {"shape": [2, 3, 2]})
case("broadcastTo", [numbers()], lambda x: x.expand(2, 2), {"shape": [2, 2]})
case("broadcastTo", [numbers(1)], lambda x: x.expand(0), {"shape": [0]})
case("slice", [numbers(4, 5)], lambda x: x[1:3, 0:5], {"starts": [1, 0], "ends": [3, 5]})
case("slice", [numbers(5, 7)], lambda x: x[1:5:3, 0:7:2], {"starts": [1, 0], "ends": [5, 7], "strides": [3, 2]})
case("slice", [numbers(5)], lambda x: x[-3:-1], {"starts": [-3], "ends": [-1]})
case("slice", [numbers(5)], lambda x: x[2:2], {"starts": [2], "ends": [2]})
case("pad", [numbers(2, 3)], lambda x: F.pad(x, (2, 0, 1, 3), value=0.5), {"before": [1, 2], "after": [3, 0], "value": 0.5})
case("pad", [numbers(0, 2)], lambda x: F.pad(x, (0, 0, 1, 1)), {"before": [1, 0], "after": [1, 0], "value": 0})
case("concat", [numbers(2, 1), numbers(2, 3), numbers(2, 0)], lambda *xs: torch.cat(xs, 1), {"axis": 1})
case("concat", [numbers(2, 2), numbers(1, 2)], lambda *xs: torch.cat(xs, 0), {"axis": -2})
case("flip", [numbers(2, 3)], lambda x: x.flip(1), {"axes": 1})
case("flip", [numbers(2, 3, 2)], lambda x: x.flip(0, 2), {"axes": [0, -1]})

# Reductions.
REDUCE = {"sum": torch.sum, "mean": torch.mean, "max": torch.amax, "min": torch.amin}
for name, function in REDUCE.items():
    case(name, [numbers(3, 4)], lambda x, f=function: f(x, dim=(0, 1)), {})
    case(name, [numbers(3, 4)], lambda x, f=function: f(x, dim=(0,)), {"axes": 0})
    case(name, [numbers(2, 3, 4)], lambda x, f=function: f(x, dim=(0, 2), keepdim=True), {"axes": [-1, 0], "keepDims": True})
    case(name, [numbers(2, 1)], lambda x, f=function: f(x, dim=1), {"axes": [1]})
for name in ["max", "min"]:
    case(name, [values(1, 3, 3, -1, -1, 3)], lambda x, f=REDUCE[name]: f(x, dim=0), {"axes": 0}, note="ties")
    case(name, [values(1, NAN, 3)], lambda x, f=REDUCE[name]: f(x, dim=0), {}, gradient=False, note="NaN")
    case(name, [values(-INF, INF, -INF)], lambda x, f=REDUCE[name]: f(x, dim=0), {}, second=False, note="infinite")
    case(name, [integers((2, 3), -9, 9)], lambda x, f=REDUCE[name]: f(x, dim=1), {"axes": 1}, note="int32")
case("sum", [integers((2, 3), -9, 9)], lambda x: x.sum(0, dtype=torch.int32), {"axes": 0}, note="int32")
case("sum", [numbers(0, 3)], lambda x: x.sum(0), {"axes": 0}, note="empty")
case("sum", [values(1, INF, -INF)], lambda x: x.sum(), {}, second=False, note="infinite")
case("mean", [numbers(0, 2)], lambda x: x.mean(0), {"axes": 0}, gradient=False, note="empty")
for correction in [0, 1]:
    case("variance", [numbers(3, 4)], lambda x, c=correction: x.var(1, correction=c), {"axes": 1, "correction": correction})
case("variance", [numbers(2, 3, 2)], lambda x: x.var((0, 2), correction=0, keepdim=True), {"axes": [0, 2], "keepDims": True})
case("argmax", [values(1, 3, 3, 2)], lambda x: x.argmax(0).int(), {"axis": 0}, note="ties")
case("argmax", [numbers(2, 3, 4)], lambda x: x.argmax(1).int(), {"axis": -2})
case("argmax", [values(1, NAN, 3, NAN)], lambda x: x.argmax(0).int(), {"axis": 0}, note="NaN")
case("cumsum", [numbers(2, 3, 2)], lambda x: x.cumsum(1), {"axis": 1})
case("cumsum", [numbers(4)], lambda x: x.cumsum(0), {"axis": -1})

# Indexing.
case("take", [numbers(4, 3), torch.tensor([[0, 3], [3, 1]], dtype=torch.int32)], lambda x, i: x[i.long()], {"axis": 0})
case("take", [numbers(2, 4, 2), torch.tensor([3, 0, 0], dtype=torch.int32)], lambda x, i: x[:, i.long()], {"axis": 1})
case("take", [numbers(3, 2), torch.tensor(2, dtype=torch.int32)], lambda x, i: x[i.long()], {"axis": 0})
case("scatterAdd", [torch.tensor([2, 0, 2], dtype=torch.int32), numbers(3, 2)],
     lambda i, u: torch.zeros(4, 2, dtype=u.dtype).index_add(0, i, u), {"shape": [4, 2], "axis": 0})
case("scatterAdd", [torch.tensor([1, 1], dtype=torch.int32), numbers(3, 2)],
     lambda i, u: torch.zeros(3, 4, dtype=u.dtype).index_add(1, i, u), {"shape": [3, 4], "axis": 1})
case("takeAlong", [numbers(3, 4), integers((3, 2), 0, 4)], lambda x, i: x.gather(1, i.long()), {"axis": 1})
case("takeAlong", [numbers(2, 3, 2), integers((2, 4, 2), 0, 3)], lambda x, i: x.gather(1, i.long()), {"axis": 1})
case("scatterAlong", [integers((3, 5), 0, 4), numbers(3, 5)],
     lambda i, u: torch.zeros(3, 4, dtype=u.dtype).scatter_add(1, i.long(), u), {"shape": [3, 4], "axis": 1})
case("oneHot", [torch.tensor([[1, 0], [2, 2]], dtype=torch.int32)], lambda i: F.one_hot(i.long(), 4).double(), {"depth": 4, "dtype": "f64"})

# Matrix products.
for a, b, ta, tb in [((2, 3), (3, 4), 0, 0), ((3, 2), (3, 4), 1, 0), ((2, 3), (4, 3), 0, 1), ((3, 2), (4, 3), 1, 1), ((2, 0), (0, 3), 0, 0),
                     ((2, 2, 3), (3, 2), 0, 0), ((2, 2, 3), (2, 3), 0, 1), ((2, 1, 3, 2), (4, 3, 1), 1, 0), ((1, 2), (3, 2, 2), 0, 1), ((2, 3, 2), (3, 2), 1, 0)]:
    case("matmul", [numbers(*a), numbers(*b)],
         lambda x, y, ta=ta, tb=tb: torch.matmul(x.mT if ta else x, y.mT if tb else y), {"transposeA": bool(ta), "transposeB": bool(tb)})
case("matmul", [integers((2, 3), -5, 5), integers((3, 2), -5, 5)], torch.matmul, {}, note="int32")

# Convolution: every stride, padding (also unequal on the two sides), dilation and number of groups with every other kind.
CONVOLUTIONS = [
    ((2, 2, 4, 5), (3, 2, 3, 2), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    ((1, 1, 5, 4), (2, 1, 3, 3), (1, 1), ((1, 1), (1, 1)), (1, 1), 1),
    ((1, 2, 5, 6), (2, 2, 2, 3), (2, 3), ((1, 1), (2, 2)), (1, 1), 1),
    ((1, 2, 6, 5), (2, 2, 2, 2), (1, 2), ((0, 2), (1, 0)), (2, 3), 1),
    ((1, 4, 3, 3), (6, 2, 2, 2), (1, 1), ((1, 0), (0, 1)), (1, 1), 2),
    ((2, 3, 3, 3), (3, 1, 3, 3), (2, 2), ((1, 1), (1, 1)), (1, 1), 3),
    ((1, 2, 2, 2), (2, 2, 1, 1), (1, 1), ((0, 0), (0, 0)), (1, 1), 1),
    ((1, 1, 4, 4), (1, 1, 2, 2), (3, 3), ((0, 0), (0, 0)), (1, 1), 1),
]
for image, weight, stride, padding, dilation, groups in CONVOLUTIONS:
    def convolve(x, w, s=stride, p=padding, d=dilation, g=groups):
        return F.conv2d(F.pad(x, (*p[1], *p[0])), w, stride=s, dilation=d, groups=g)

    attributes = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    case("conv2d", [numbers(*image), numbers(*weight)], convolve, attributes)

# Pooling.
POOLS = [
    ((2, 2, 4, 4), (2, 2), (2, 2), (0, 0)),
    ((1, 1, 5, 6), (3, 2), (1, 2), (1, 1)),
    ((1, 2, 5, 5), (3, 3), (2, 2), (1, 0)),
    ((1, 1, 3, 3), (2, 2), (1, 1), (0, 0)),
]
for image, window, stride, padding in POOLS:
    attributes = {"window": window, "stride": stride, "padding": [[p, p] for p in padding]}
    case("maxPool2d", [numbers(*image)], lambda x, k=window, s=stride, p=padding: F.max_pool2d(x, k, s, p), attributes)
    for count in [True, False]:
        case("avgPool2d", [numbers(*image)], lambda x, k=window, s=stride, p=padding, c=count: F.avg_pool2d(x, k, s, p, count_include_pad=c),
             {**attributes, "countPadding": count})
tied = values(1, 1, 0, 2, 2, 2, 1, 2, 3).reshape(1, 1, 3, 3)
case("maxPool2d", [tied], lambda x: F.max_pool2d(x, 2, 1), {"window": [2, 2], "stride": [1, 1], "padding": [[0, 0], [0, 0]]}, note="ties")
broken = values(1, NAN, 0, 2, -INF, -INF, -INF, -INF, -INF).reshape(1, 1, 3, 3)
case("maxPool2d", [broken], lambda x: F.max_pool2d(x, 2, 1), {"window": [2, 2], "stride": [1, 1], "padding": [[0, 0], [0, 0]]}, second=False, note="NaN")

# Functions of rows.
for name, function in {"softmax": torch.softmax, "logSoftmax": torch.log_softmax}.items():
    case(name, [numbers(2, 3, high=4)], lambda x, f=function: f(x, -1))
    case(name, [numbers(2, 2, 2)], lambda x, f=function: f(x, -1))
    case(name, [numbers(3, 1)], lambda x, f=function: f(x, -1))
    case(name, [values(1000, 999, -1000, 998)], lambda x, f=function: f(x, -1), note="far from 0")
    case(name, [values(1, -INF, 2)], lambda x, f=function: f(x, -1), second=False, note="masked")
    case(name, [numbers(0, 3)], lambda x, f=function: f(x, -1), note="empty")
for shape, eps in [((2, 4), 1e-5), ((2, 2, 3), 1e-2), ((5,), 1e-12), ((3, 1), 1e-5)]:
    case("layerNorm", [numbers(*shape)], lambda x, e=eps: F.layer_norm(x, x.shape[-1:], eps=e), {"eps": eps})
case("layerNorm", [numbers(2, 3) + 4096], lambda x: F.layer_norm(x, x.shape[-1:], eps=1e-5), {"eps": 1e-5}, note="far from 0")
case("layerNorm", [values(2, 2, 2)], lambda x: F.layer_norm(x, x.shape[-1:], eps=1e-5), {"eps": 1e-5}, note="constant")

with open(HERE / "primitives.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(entry, separators=(",", ":")) for entry in cases) + "\n]\n")
print(len(cases), "cases")
