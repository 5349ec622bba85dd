// The bound: columns of a block that stays in the cache and is written over, SFC64 inline in eight lanes, sine and cosine
// as polynomials to 1e-15, nothing kept.  g++ -O3 -march=native -ffast-math
#include "chain.h"

constexpr int BLOCK = 512, LANES = 8;
alignas(64) static double row[28][BLOCK + 8], u[6][BLOCK];

static struct { std::uint64_t a[LANES], b[LANES], c[LANES], w[LANES]; } state;

static void seed() {
  for (int i = 0; i < LANES; i++) state.a[i] = 0x9E3779B97F4A7C15u * (i + 1), state.b[i] = 7 + i, state.c[i] = 3, state.w[i] = 1;
}

static void uniforms(double* out, int n) {
  for (int j = 0; j < n; j += LANES)
#pragma GCC ivdep
    for (int i = 0; i < LANES; i++) {
      const std::uint64_t t = state.a[i] + state.b[i] + state.w[i]++;
      state.a[i] = state.b[i] ^ (state.b[i] >> 11);
      state.b[i] = state.c[i] + (state.c[i] << 3);
      state.c[i] = ((state.c[i] << 24) | (state.c[i] >> 40)) + t;
      out[j + i] = double(std::int64_t(t >> 11)) * 0x1p-53;
    }
}

// Taylor's, for |h| up to pi/2; the compiler makes one call of libm's sine and cosine, of which there is no vector.
static inline void half_angle(double h, double& sine, double& cosine) {
  const double t = h * h;
  double s = 1.0, c = 1.0;
  for (int n = 20; n >= 2; n -= 2) s = 1.0 - t / double(n * (n + 1)) * s, c = 1.0 - t / double(n * (n - 1)) * c;
  sine = h * s, cosine = c;
}

static void decay(int q, int a, int b, const double* u, const double* v, double m, double k, double m1) {
  const double *px = row[4 * q], *py = row[4 * q + 1], *pz = row[4 * q + 2], *pe = row[4 * q + 3];
  double *ax = row[4 * a], *ay = row[4 * a + 1], *az = row[4 * a + 2], *ae = row[4 * a + 3];
  double *bx = row[4 * b], *by = row[4 * b + 1], *bz = row[4 * b + 2], *be = row[4 * b + 3];
  const double e = std::sqrt(k * k + m1 * m1);
#pragma GCC ivdep
  for (int i = 0; i < BLOCK; i++) {
    double sine, cosine;  // of half of phi
    half_angle(M_PI * (v[i] - 0.5), sine, cosine);
    const double c = 2.0 * u[i] - 1.0, s = k * std::sqrt(1.0 - c * c);
    const double x = s * (1.0 - 2.0 * sine * sine), y = s * (2.0 * sine * cosine), z = k * c;
    const double energy = (pe[i] * e + px[i] * x + py[i] * y + pz[i] * z) * (1.0 / m), g = (energy + e) / (pe[i] + m);
    ax[i] = x + g * px[i], ay[i] = y + g * py[i], az[i] = z + g * pz[i], ae[i] = energy;
    bx[i] = px[i] - ax[i], by[i] = py[i] - ay[i], bz[i] = pz[i] - az[i], be[i] = pe[i] - energy;
  }
}

static void block() {
  uniforms(u[0], 6 * BLOCK);
  for (int i = 0; i < BLOCK; i++)
    row[0][i] = row[1][i] = 0.0, row[2][i] = P_KL, row[3][i] = std::sqrt(P_KL * P_KL + M_KL * M_KL);
  decay(0, 1, 2, u[0], u[1], M_KL, momentum(M_KL, M_X1, M_X2), M_X1);
  decay(2, 3, 4, u[2], u[3], M_X2, momentum(M_X2, M_X1, M_PI0), M_X1);
  decay(4, 5, 6, u[4], u[5], M_PI0, 0.5 * M_PI0, 0.0);
}

int main(int argc, char** argv) {
  seed();
  for (int i = 0; i < 8; i++) block();  // the seeds forget that they are simple
  return race(
      argc, argv,
      [](long n) {
        for (long i = 0; i < n; i += BLOCK) block();
      },
      [](long n, std::FILE* file) {
        for (long i = 0; i < n; i++) {
          if (i % BLOCK == 0) block();
          for (auto& r : row) std::fwrite(&r[i % BLOCK], sizeof(double), 1, file);
        }
      });
}
