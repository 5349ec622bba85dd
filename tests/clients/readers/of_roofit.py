"""Upper limit on the strength by RooStats, asymptotic CLs, of an HS3 file: FILE CONFIDENCE_LEVEL NEAR."""

import json
import sys

import ROOT

ROOT.RooMsgService.instance().setGlobalKillBelow(ROOT.RooFit.FATAL)
ROOT.RooStats.AsymptoticCalculator.SetPrintLevel(-1)
path, level, near = sys.argv[1], float(sys.argv[2]), float(sys.argv[3])
workspace = ROOT.RooWorkspace("workspace")
assert ROOT.RooJSONFactoryWSTool(workspace).importJSON(path)
model = workspace.obj("strength")
# (ROOT 6.40 leaves what was observed of the constraints out of the model's configuration)
named = [v for v in workspace.allVars() if v.GetName().startswith("nom_")]
model.SetGlobalObservables(ROOT.RooArgSet(*named))
poi = model.GetParametersOfInterest().first()
background = model.Clone("background")
poi.setVal(0.0)
background.SetSnapshot(ROOT.RooArgSet(poi))
poi.setVal(1.0)
model.SetSnapshot(ROOT.RooArgSet(poi))
(data,) = list(workspace.allData())
calculator = ROOT.RooStats.AsymptoticCalculator(data, background, model)
calculator.SetOneSided(True)
inverter = ROOT.RooStats.HypoTestInverter(calculator)
inverter.SetVerbose(-1)
inverter.SetConfidenceLevel(level)
inverter.UseCLs(True)
inverter.SetFixedScan(17, 0.8 * near, 1.2 * near)
limit = inverter.GetInterval().UpperLimit()
print()
print(json.dumps({"limit": limit, "version": str(ROOT.gROOT.GetVersion())}))
