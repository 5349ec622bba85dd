// The chain of the race and what a program of it says: see protocol.py.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <vector>

constexpr double M_KL = 0.497611, M_X2 = 0.300, M_X1 = 0.010, M_PI0 = 0.1349768;  // [GeV], as protocol.py has them
constexpr double P_KL = 1.4;                                                   // along z [GeV]
constexpr long KEPT = 20000;                                                   // events of a sample

inline double momentum(double m, double m1, double m2) {
  return std::sqrt((m * m - (m1 + m2) * (m1 + m2)) * (m * m - (m1 - m2) * (m1 - m2))) / (2.0 * m);
}

inline double cpu() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

// Peak of the resident memory of this program alone [MB]; what waits for it sees that of its own start too.
inline double memory() {
  char line[256];
  double kilobytes = 0.0;
  if (std::FILE* file = std::fopen("/proc/self/status", "r")) {
    while (std::fgets(line, sizeof line, file)) std::sscanf(line, "VmHWM: %lf", &kilobytes);
    std::fclose(file);
  }
  return kilobytes / 1024.0;
}

// Two rounds of `make(events)`, the first of which touches the memory, and a sample by `store(kept, file)`.
template <class Make, class Store>
int race(int argc, char** argv, Make make, Store store) {
  const long events = argc > 1 ? std::atol(argv[1]) : 1000000;
  double seconds[2];
  for (double& s : seconds) {
    const double start = cpu();
    make(events);
    s = cpu() - start;
  }
  const double peak = memory();
  if (argc > 2) {
    std::FILE* file = std::fopen(argv[2], "wb");
    if (!file) return 2;
    store(std::min(events, KEPT), file);
    std::fclose(file);
  }
  std::printf("{\"events\": %ld, \"first\": %.9f, \"seconds\": %.9f, \"memory\": %.1f}\n", events, seconds[0], seconds[1], peak);
  return 0;
}
