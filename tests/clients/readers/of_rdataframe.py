"""Sums of every column by ROOT's RDataFrame, added event by event in double: FILES, which may have a star, or several files."""

import json
import sys

import ROOT

ROOT.gInterpreter.Declare("""
#include <cmath>
#include <type_traits>
#include <ROOT/RVec.hxx>
namespace clients {
struct Sum {
   Long64_t n = 0, odd = 0, whole = 0;
   double real = 0.0;
   template <class T> void add(T x) {
      ++n;
      if constexpr (std::is_integral_v<T>) whole += x;
      else if (std::isfinite(x)) real += x;
      else ++odd;
   }
};
template <class T> Sum sum(const T &x) { Sum out; out.add(x); return out; }
template <class T> Sum sum(const ROOT::RVec<T> &xs) { Sum out; for (T x : xs) out.add(x); return out; }
template <class T> constexpr bool whole(const T &) { return std::is_integral_v<T>; }
template <class T> constexpr bool whole(const ROOT::RVec<T> &) { return std::is_integral_v<T>; }
}
""")

files = sys.argv[1:]
frame = ROOT.RDataFrame("Events", files[0] if len(files) == 1 else files)
columns = [str(name) for name in frame.GetColumnNames()]
for i, name in enumerate(columns):
    frame = frame.Define(f"sum_{i}", f"clients::sum({name})")
    for part in ("n", "odd", "whole", "real"):
        frame = frame.Define(f"sum_{i}_{part}", f"sum_{i}.{part}")
sums = [
    [frame.Sum(f"sum_{i}_{part}") for part in ("n", "odd", "whole", "real")] for i, _ in enumerate(columns)
]
entries = frame.Count()
out = {}
for name, (n, odd, whole, real) in zip(columns, sums, strict=True):
    value = real.GetValue()
    out[name] = [int(n.GetValue()), int(odd.GetValue()), value if value != 0.0 else int(whole.GetValue())]
print(
    json.dumps({"version": str(ROOT.gROOT.GetVersion()), "entries": int(entries.GetValue()), "totals": out})
)
