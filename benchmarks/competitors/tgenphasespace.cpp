// ROOT's TGenPhaseSpace for each decay in turn, seven four-vectors an event, all kept.  g++ -O2, beside ROOT's libraries
#include <TGenPhaseSpace.h>
#include <TLorentzVector.h>
#include <TRandom3.h>

#include "chain.h"

struct Vector { double x, y, z, e; };

static Vector of(const TLorentzVector& p) { return {p.Px(), p.Py(), p.Pz(), p.E()}; }

int main(int argc, char** argv) {
  gRandom = new TRandom3(1);
  double kaon[] = {M_X1, M_X2}, x2[] = {M_X1, M_PI0}, pi0[] = {0.0, 0.0};
  TGenPhaseSpace first, second, third;
  TLorentzVector parent(0.0, 0.0, P_KL, std::sqrt(P_KL * P_KL + M_KL * M_KL));
  std::vector<Vector> out;
  return race(
      argc, argv,
      [&](long n) {
        out.resize(7 * n);
        for (long i = 0; i < n; i++) {
          Vector* v = &out[7 * i];
          first.SetDecay(parent, 2, kaon);
          first.Generate();  // (the weight of a decay to two is always the same)
          second.SetDecay(*first.GetDecay(1), 2, x2);
          second.Generate();
          third.SetDecay(*second.GetDecay(1), 2, pi0);
          third.Generate();
          v[0] = of(parent), v[1] = of(*first.GetDecay(0)), v[2] = of(*first.GetDecay(1));
          v[3] = of(*second.GetDecay(0)), v[4] = of(*second.GetDecay(1));
          v[5] = of(*third.GetDecay(0)), v[6] = of(*third.GetDecay(1));
        }
      },
      [&](long n, std::FILE* file) { std::fwrite(out.data(), sizeof(Vector), 7 * n, file); });
}
