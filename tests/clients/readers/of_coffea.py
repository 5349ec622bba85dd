"""Sums of every column by coffea: MODE FILE SCHEMA FILE SCHEMA ...; what coffea adds of its own ends in G."""

import json
import sys
import warnings

import awkward as ak
from sums import total

warnings.simplefilter("ignore")  # (electrons and jets, which are not there)
from coffea import nanoevents


def column(values):
    if hasattr(values, "compute"):  # of dask
        values = values.compute()
    return total(ak.to_numpy(ak.flatten(values, axis=None)))


def sums(path, schema, mode):
    """Of the file's events."""
    events = nanoevents.NanoEventsFactory.from_root(
        {path: "Events"}, schemaclass=getattr(nanoevents, schema), mode=mode
    ).events()
    out = {}
    for name in events.fields:
        inner = [field for field in events[name].fields if not field.endswith("G")]
        for field in inner:
            out[f"{name}_{field}"] = column(events[name][field])
        if not inner:
            out[name] = column(events[name])
    return out


mode, *words = sys.argv[1:]
said = [sums(path, schema, mode) for path, schema in zip(words[::2], words[1::2], strict=True)]
print(json.dumps(said))
