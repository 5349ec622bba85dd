"""Upper limits on the strength by pyhf: LEVEL, and for each workspace FILE LOW HIGH, the ends of a scan."""

import json
import sys
import warnings
from pathlib import Path

import numpy as np
import pyhf

warnings.simplefilter("ignore")  # (its fits try a mean of zero)
level, *words = sys.argv[1:]
limits = []
for path, low, high in zip(words[::3], words[1::3], words[2::3], strict=True):
    workspace = pyhf.Workspace(json.loads(Path(path).read_text(encoding="utf-8")))
    model = workspace.model()
    scan = np.linspace(float(low), float(high), 13)
    limit, _ = pyhf.infer.intervals.upper_limits.upper_limit(
        workspace.data(model), model, scan, level=float(level)
    )
    limits.append(float(limit))
print(json.dumps(limits))
