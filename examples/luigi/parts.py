"""Parts of a job and the file that they make, as tasks of luigi.

PYTHONPATH=examples/luigi luigi --module parts Merge --job koto_pi0.toml --out koto_pi0.root --parts 8 --workers 2 --local-scheduler
"""

from __future__ import annotations

from collections.abc import Iterator

import luigi
from luigi.contrib.external_program import ExternalProgramTask


class Part(ExternalProgramTask):
    """Part k of n of a job's events; its file has its name when it is complete."""

    job = luigi.Parameter()
    out = luigi.Parameter()
    k = luigi.IntParameter()
    n = luigi.IntParameter()

    def program_args(self) -> list[str]:
        return ["darkpair", "run", self.job, "-o", self.output().path, "--part", f"{self.k}/{self.n}"]

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(f"{self.out}.parts/part-{self.k}.root")

    def run(self) -> None:
        self.output().makedirs()
        super().run()


class Merge(ExternalProgramTask):
    """The parts joined into one file."""

    job = luigi.Parameter()
    out = luigi.Parameter()
    parts = luigi.IntParameter(default=8)

    def requires(self) -> Iterator[Part]:
        for k in range(1, self.parts + 1):
            yield Part(job=self.job, out=self.out, k=k, n=self.parts)

    def program_args(self) -> list[str]:
        return ["darkpair", "merge", self.out, *(part.path for part in self.input())]

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(self.out)
