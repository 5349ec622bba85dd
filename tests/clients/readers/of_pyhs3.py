"""Logarithm of the likelihood at points by pyhs3, an HS3 file: FILE POINTS, points as JSON."""

import json
import sys

import pyhs3
import pytensor
from pytensor.graph.traversal import explicit_graph_inputs

path, points = sys.argv[1], json.loads(sys.argv[2])
model = pyhs3.Workspace.load(path).model("strength")
inputs = [v for v in explicit_graph_inputs([model.log_prob]) if v.name]
with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
    log_prob = pytensor.function(inputs, model.log_prob, on_unused_input="ignore")
names = [v.name for v in inputs]
print(json.dumps([float(log_prob(*(point[name] for name in names)).sum()) for point in points]))
