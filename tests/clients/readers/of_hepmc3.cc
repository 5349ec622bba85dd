// Sums of a HepMC3 file by the C++ library: FILE. What a reader that knows nothing of us does.
#include <HepMC3/GenEvent.h>
#include <HepMC3/GenParticle.h>
#include <HepMC3/GenVertex.h>
#include <HepMC3/ReaderFactory.h>

#include <cstdio>
#include <memory>

struct Sum {
   long n = 0;
   double value = 0.0;
   void add(double x) { ++n; value += x; }
   void say(const char *name, const char *end = ", ") const {
      std::printf("\"%s\": [%ld, 0, %.17g]%s", name, n, value, end);
   }
};

int main(int, char **argv) {
   auto reader = HepMC3::deduce_reader(argv[1]);
   if (!reader) return 1;
   Sum px, py, pz, e, pid, status, weight;
   long events = 0, vertices = 0;
   while (true) {
      HepMC3::GenEvent event;
      if (!reader->read_event(event) || reader->failed()) break;
      ++events;
      vertices += event.vertices().size();
      weight.add(event.weight("CV"));
      for (const auto &p : event.particles()) {
         px.add(p->momentum().px());
         py.add(p->momentum().py());
         pz.add(p->momentum().pz());
         e.add(p->momentum().e());
         pid.add(p->pid());
         status.add(p->status());
      }
   }
   std::printf("\n{\"events\": %ld, \"vertices\": %ld, \"totals\": {", events, vertices);
   px.say("px"); py.say("py"); pz.say("pz"); e.say("e"); pid.say("pid"); status.say("status");
   weight.say("weight", "}}\n");
}
