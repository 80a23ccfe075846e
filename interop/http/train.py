"""A training of 2,500 steps with the client of 60 lines. Arguments: address of the server, run id, token."""
import math, sys
from trainlog_client import Run

url, run_id, token = sys.argv[1:]
config = {"lr": 0.1, "limit": math.inf, "layers": [64, 64], "odd": {"$float": 1}}
with Run("python", name="naïve ✓", config=config, url=url, run_id=run_id, token=token) as run:
    for step in range(2500):
        row = {"loss": 1 / (step + 1), "train/lr": 0.1}
        if step % 100 == 0:
            row["val/loss"] = math.nan if step == 200 else step / 7
            row["phase"] = "warm-up" if step < 1000 else "main"
        run.log(row)
    run.log({"late": 2**40, "done": True}, step=10)
