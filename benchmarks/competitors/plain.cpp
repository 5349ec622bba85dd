// The chain hard-coded as one writes it: mt19937_64, sincos, seven four-vectors an event, all kept.  g++ -O2
#include <random>

#include "chain.h"

struct Vector { double x, y, z, e; };

class Chain {
  std::mt19937_64 random_{1};
  double uniform() { return double(random_() >> 11) * 0x1p-53; }

  void decay(const Vector& p, double m, double k, double m1, Vector& a, Vector& b) {
    const double c = 2.0 * uniform() - 1.0, s = std::sqrt(1.0 - c * c), phi = 2.0 * M_PI * uniform();
    double sine, cosine;
    ::sincos(phi, &sine, &cosine);
    const double x = k * s * cosine, y = k * s * sine, z = k * c, e = std::sqrt(k * k + m1 * m1);
    const double energy = (p.e * e + p.x * x + p.y * y + p.z * z) / m, g = (energy + e) / (p.e + m);
    a = {x + g * p.x, y + g * p.y, z + g * p.z, energy};
    b = {p.x - a.x, p.y - a.y, p.z - a.z, p.e - a.e};
  }

 public:
  void operator()(Vector* v) {
    static const double k0 = momentum(M_KL, M_X1, M_X2), k1 = momentum(M_X2, M_X1, M_PI0), k2 = 0.5 * M_PI0;
    v[0] = {0.0, 0.0, P_KL, std::sqrt(P_KL * P_KL + M_KL * M_KL)};
    decay(v[0], M_KL, k0, M_X1, v[1], v[2]);
    decay(v[2], M_X2, k1, M_X1, v[3], v[4]);
    decay(v[4], M_PI0, k2, 0.0, v[5], v[6]);
  }
};

int main(int argc, char** argv) {
  Chain chain;
  std::vector<Vector> out;
  return race(
      argc, argv,
      [&](long n) {
        out.resize(7 * n);
        for (long i = 0; i < n; i++) chain(&out[7 * i]);
      },
      [&](long n, std::FILE* file) { std::fwrite(out.data(), sizeof(Vector), 7 * n, file); });
}
