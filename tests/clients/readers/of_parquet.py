"""Sums of every column of a Parquet file by PACKAGE (pandas, polars, duckdb), and how the first list looks: PACKAGE FILE.

Structs and lists are followed: particles.px, weights.lifetime.
"""

import json
import sys

import numpy as np
from sums import total

package, path = sys.argv[1:]


def leaves(name, values):
    """Columns of numbers below a column of numbers, lists and dicts."""
    values = [value for value in values if value is not None]
    if values and isinstance(values[0], dict):
        for key in values[0]:
            yield from leaves(f"{name}.{key}", [value[key] for value in values])
    elif values and isinstance(values[0], list | tuple | np.ndarray):
        yield from leaves(name, [entry for value in values for entry in value])
    else:
        yield name, values


def lists(name, values):
    """Lengths of every list, event by event."""
    if isinstance(values[0], dict):
        for key in values[0]:
            yield from lists(f"{name}.{key}", [value[key] for value in values])
    elif isinstance(values[0], list | tuple | np.ndarray):
        yield name, [len(value) for value in values]


if package == "pandas":
    import pandas as pd

    table = pd.read_parquet(path)
    columns = {name: table[name].tolist() for name in table.columns}
elif package == "polars":
    import polars as pl

    table = pl.read_parquet(path)
    columns = {name: table[name].to_list() for name in table.columns}
else:
    import duckdb

    query = duckdb.sql(f"select * from '{path}'")
    rows = query.fetchall()
    columns = {name: [row[i] for row in rows] for i, name in enumerate(query.columns)}

out = {leaf: total(values) for name, column in columns.items() for leaf, values in leaves(name, column)}
lengths = {leaf: sizes for name, column in columns.items() for leaf, sizes in lists(name, column)}
print(json.dumps({"totals": out, "lengths": lengths}))
