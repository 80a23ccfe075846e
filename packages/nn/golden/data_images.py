"""Writes data-images.json: small PNG and JPEG files in base64 with their pixels as Pillow reads them, and a resized image as Pillow makes it.

Run with any Python that has Pillow and NumPy: python packages/nn/golden/data_images.py
"""

import base64
import io
import json
from pathlib import Path

import numpy as np
import PIL
from PIL import Image

HEIGHT, WIDTH = 7, 11
y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
RGB = np.stack([x * 23, y * 36, (x * y * 7) % 256], axis=-1).astype("u1")


def saved(image: Image.Image, kind: str, **options) -> str:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return base64.b64encode(file.getvalue()).decode()


def planes(image: Image.Image) -> list[int]:
    array = np.asarray(image)
    return (array if array.ndim == 2 else array.transpose(2, 0, 1)).ravel().tolist()


def png(name: str, image: Image.Image, read_as: str, **options) -> dict:
    file = saved(image, "PNG", **options)
    back = Image.open(io.BytesIO(base64.b64decode(file)))
    pixels = back.convert(read_as) if back.mode != "I;16" else Image.fromarray((np.asarray(back) >> 8).astype("u1"))
    return {"name": name, "file": file, "channels": len(pixels.getbands()), "planes": planes(pixels)}


colour = Image.fromarray(RGB)
alpha = Image.fromarray(np.dstack([RGB, (x * 20).astype("u1")]))
cases = [
    png("grey", colour.convert("L"), "L"),
    png("colour", colour, "RGB"),
    png("colour with alpha", alpha, "RGB"),
    png("grey with alpha", alpha.convert("LA"), "L"),
    png("one bit", colour.convert("1"), "L"),
    png("palette of 200", colour.quantize(200), "RGB"),
    png("palette of 16", colour.quantize(16), "RGB", bits=4),
    png("palette of 4", colour.quantize(4), "RGB", bits=2),
    png("palette of 2", colour.quantize(2), "RGB", bits=1),
    png("16 bit", Image.fromarray((x * 5000 + y * 300).astype("u2")), "L"),
]

smooth = Image.fromarray(RGB[:, :, :2].repeat([2, 1], axis=2) // 2).resize((24, 16), Image.Resampling.BICUBIC)
jpegs = []
for name, image, options in [
    ("colour", smooth, {"quality": 95, "subsampling": 0}),
    ("progressive", smooth, {"quality": 95, "subsampling": 0, "progressive": True}),
    ("grey", smooth.convert("L"), {"quality": 95}),
]:
    file = saved(image, "JPEG", **options)
    back = Image.open(io.BytesIO(base64.b64decode(file))).convert("RGB")
    jpegs.append({"name": name, "file": file, "height": 16, "width": 24, "planes": planes(back)})

resized = [
    {"height": h, "width": w, "planes": planes(colour.resize((w, h), Image.Resampling.BILINEAR))}
    for h, w in [(3, 4), (14, 22), (7, 5), (20, 11), (1, 1)]
]

golden = {
    "pillow": PIL.__version__,
    "height": HEIGHT,
    "width": WIDTH,
    "colour": planes(colour),
    "grey": planes(colour.convert("L")),
    "pngs": cases,
    "jpegs": jpegs,
    "resized": resized,
}
(Path(__file__).parent / "data-images.json").write_text(json.dumps(golden) + "\n")
