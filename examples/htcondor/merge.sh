#!/bin/sh
# merge.sh OUT N: one file of the parts that lie here.
exec ./darkpair.sh merge "$1" $(seq -f part-%.0f.root "$2")
