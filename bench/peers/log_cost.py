"""CPU cost of one log() call of 10 scalars in a Python tracker, for the table in bench/RESULTS.md.

Usage: python log_cost.py wandb|trackio CALLS FOLDER

Prints one JSON line: CPU seconds of the loop, of the whole process and of its child processes (wandb hands the work to one), and the
bytes that the tracker left in FOLDER. The caller runs it with two numbers of calls and takes the slope, so that start-up does not count.
"""

import json
import os
import pathlib
import random
import resource
import sys
import time

peer, calls, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]
os.environ.update(
    WANDB_MODE="offline",
    WANDB_SILENT="true",
    WANDB_DIR=folder,
    WANDB_CONSOLE="off",
    WANDB_X_DISABLE_STATS="true",
    TRACKIO_DIR=folder,
    HF_HUB_OFFLINE="1",
    GRADIO_ANALYTICS_ENABLED="False",
)
rows = [{f"train/metric_{k}": random.random() for k in range(10)} for _ in range(1000)]


def cpu() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


if peer == "wandb":
    import wandb

    run = wandb.init(project="bench", settings=wandb.Settings(x_disable_stats=True))
    log = run.log

    def finish() -> None:
        run.finish()
        wandb.teardown()

else:
    import trackio

    trackio.init(project="bench", name=f"run-{calls}", embed=False)
    log = trackio.log
    finish = trackio.finish

started, wall = time.thread_time(), time.perf_counter()
for i in range(calls):
    log(rows[i % 1000])
loop_cpu, loop_wall = time.thread_time() - started, time.perf_counter() - wall
finish()
size = sum(p.stat().st_size for p in pathlib.Path(folder).rglob("*") if p.is_file())
print(json.dumps({"peer": peer, "calls": calls, "loopCpuS": loop_cpu, "loopWallS": loop_wall, "totalCpuS": cpu(), "bytes": size}))
