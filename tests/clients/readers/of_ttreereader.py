"""Sums of some branches by TTreeReader, compiled by cling, over a TChain: double|float FILES."""

import json
import sys

import ROOT

ROOT.gInterpreter.Declare("""
#include <TChain.h>
#include <TTreeReader.h>
#include <TTreeReaderArray.h>
#include <TTreeReaderValue.h>
#include <map>
#include <string>
#include <vector>
using Sum = std::vector<double>;  // numbers, those that are not finite, sum
template <class Real> std::map<std::string, Sum> read(const std::vector<std::string> &files) {
   TChain chain("Events");
   for (const auto &file : files) chain.Add(file.c_str());
   TTreeReader reader(&chain);
   TTreeReaderArray<Real> vz(reader, "GenPart_vz"), z(reader, "Pi0_z_vtx");
   TTreeReaderArray<Int_t> id(reader, "GenPart_pdgId");
   TTreeReaderArray<Bool_t> accepted(reader, "Pi0_accepted");
   TTreeReaderValue<ULong64_t> event(reader, "event");
   TTreeReaderValue<UInt_t> run(reader, "run");
   TTreeReaderValue<Real> weight(reader, "genWeight");
   std::map<std::string, Sum> out;
   auto add = [&out](const char *name, double x) {
      auto &sum = out.try_emplace(name, Sum(3, 0.0)).first->second;
      ++sum[0];
      sum[2] += x;
   };
   while (reader.Next()) {
      add("entries", 1);
      for (Real x : vz) add("GenPart_vz", x);
      for (Int_t x : id) add("GenPart_pdgId", x);
      for (Real x : z) add("Pi0_z_vtx", x);
      for (Bool_t x : accepted) add("Pi0_accepted", x);
      add("event", *event);
      add("run", *run);
      add("genWeight", *weight);
   }
   return out;
}
""")
real, *files = sys.argv[1:]
said = {str(name): list(total) for name, total in ROOT.read[real](files)}
print(json.dumps(said | {"entries": said["entries"][0]}))
