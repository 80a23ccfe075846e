"""Writes primitives-random.json: keys and random numbers as JAX makes them (Threefry, partitionable mode, which is JAX's default since 0.5).

Run with a Python that has JAX: python packages/nn/golden/primitives_random.py
"""

import json
from pathlib import Path

import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
HERE = Path(__file__).parent
SEEDS = [0, 42, 2**40 + 7]


def words(array):
    return [int(word) for word in jnp.asarray(array, dtype=jnp.uint32).astype(jnp.int32).ravel()]


def of(seed):
    key = jax.random.PRNGKey(seed)
    return {
        "key": words(key),
        "bits": words(jax.random.bits(key, (2, 3), dtype=jnp.uint32)),
        "float": [float(x) for x in jax.random.uniform(key, (5,), dtype=jnp.float32)],
        "f64": [float(x) for x in jax.random.uniform(key, (5,), dtype=jnp.float64)],
        "split": words(jax.random.split(key, 3)),
        "foldIn": {str(n): words(jax.random.fold_in(key, n)) for n in [0, 1, 7, 2**31 - 1]},
    }


(HERE / "primitives-random.json").write_text(json.dumps([of(seed) for seed in SEEDS], indent=1) + "\n")
