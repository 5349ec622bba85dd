// What is drawn where: places, flights and clusters of an event, and the view along some angles.  One of three parts of a script,
// with svg.js and display.js behind it in one function of the element `root`.

const data = JSON.parse(root.querySelector(".dp-data").textContent);
const part = (name) => root.querySelector(`.dp-${name}`);
const stage = part("stage");
const still = window.matchMedia("(prefers-reduced-motion: reduce)");

// How each class of particle is drawn; told apart by dashes and widths too, for who sees no colours and for paper.
const STYLES = {
  beam: { colour: "#1a1a1a", width: 3, dash: null, words: "parent" },
  photon: { colour: "#c04e00", width: 2.5, dash: null, words: "photon" },
  charged: { colour: "#0057a0", width: 2.5, dash: null, words: "charged particle" },
  neutral: { colour: "#6b6b6b", width: 1.5, dash: null, words: "other neutral particle" },
  decaying: { colour: "#8a2a86", width: 2.5, dash: [12, 5], words: "dark state that decays" },
  escaping: { colour: "#5a5a5a", width: 2, dash: [4, 5], words: "unseen (dark, neutrino)" },
};
const MEASURED = { colour: "#00703c", words: "measured" };
const PART = { colour: "#5b7083", opacity: 0.06 };
const FACE = { colour: "#00703c", opacity: 0.1 };

// The picture's own coordinates [mm]: the middle of the box is 0, and x and y are stretched where the file says so.
const middle = data.box.map(([low, high]) => (low + high) / 2);
const half = data.box.map(([low, high], i) => ((high - low) / 2) * (i < 2 ? data.stretch : 1));
const depth = Math.hypot(...half);
const place = ([x, y, z]) => [(x - middle[0]) * data.stretch, (y - middle[1]) * data.stretch, z - middle[2]];

const parts = data.parts.map(({ name, rings, holes }) => {
  const points = (z, ring) => pairs(ring).map(([x, y]) => place([x, y, z]));
  const look = rings.length > 1 ? PART : FACE;
  return {
    name,
    rings: rings.map(([z, ring]) => points(z, ring)),
    holes: holes.map((hole) => points(rings[0][0], hole)),
    ...look,
  };
});

function pairs(flat) {
  return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
}

const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

// Half of what the picture has room for along an axis: the detector, or the box where nothing is known of one.
const corners = parts.flatMap((part) => part.rings.flat());
const reach = (axis) =>
  corners.length
    ? 1.07 * Math.max(...corners.map((corner) => Math.abs(dot(corner, axis))))
    : axis.reduce((sum, a, i) => sum + Math.abs(a) * half[i], 0);

/** The view along some angles, in an area of some pixels; the nearer, the more what was measured is in the middle. */
function viewOf(angles, width, height, zoom = 1, focus = [0, 0, 0]) {
  const [turn, rise] = angles.map((degrees) => (degrees * Math.PI) / 180);
  const level = [-Math.cos(turn), 0, Math.sin(turn)];
  const right = [Math.sin(turn), 0, Math.cos(turn)];
  const up = [-Math.sin(rise) * level[0], Math.cos(rise), -Math.sin(rise) * level[2]];
  const towards = [Math.cos(rise) * level[0], Math.sin(rise), Math.cos(rise) * level[2]];
  const [margin, rulers] = [22, 26]; // [pixels]: around the picture, and below it
  const high = height - rulers;
  const scale = zoom * Math.min((width / 2 - margin) / reach(right), (high / 2 - margin) / reach(up));
  const centre = focus.map((a) => Math.max(0, 1 - 1 / zoom) * a);
  const from = (point) => point.map((a, i) => a - centre[i]);
  const project = (point) => [
    width / 2 + scale * dot(from(point), right),
    high / 2 - scale * dot(from(point), up),
  ];
  return { right, up, towards, centre, scale, width, height, high, depth, project };
}

/** The part of a flight inside the box; null where there is none. */
function inside(from, to) {
  let [first, last] = [0, 1];
  for (let i = 0; i < 3; i++) {
    const step = to[i] - from[i];
    const ends = [-half[i] - from[i], half[i] - from[i]];
    if (step === 0) {
      if (ends[0] > 0 || ends[1] < 0) return null;
      continue;
    }
    const [low, high] = ends.map((end) => end / step).sort((a, b) => a - b);
    [first, last] = [Math.max(first, low), Math.min(last, high)];
  }
  if (first > last) return null;
  const along = (t) => from.map((a, i) => a + t * (to[i] - a));
  return { from: along(first), to: along(last), enters: first > 0 };
}

/** Flights and clusters of an event, in the picture's coordinates. */
function drawn(event) {
  const flights = [];
  event.p.forEach(([kind, , , energy, ...ends]) => {
    const [label, style] = data.kinds[kind];
    const seen = inside(place(ends.slice(0, 3)), place(ends.slice(3)));
    const name = seen && seen.enters ? `${label} from z = ${say(ends[2] / 1000)} m` : label;
    if (seen) flights.push({ ...seen, label: name, energy, ...STYLES[style] });
  });
  const largest = Math.max(...event.c.map((cluster) => cluster[1]), 1e-9);
  const clusters = event.c.map(([, energy, x, y, z]) => ({
    at: place([x, y, z]),
    energy,
    side: depth * (0.01 + 0.018 * Math.sqrt(Math.max(energy, 0) / largest)),
    colour: MEASURED.colour,
  }));
  return { flights, clusters };
}

/** The middle of what was measured, or of the flights' beginnings. */
function focusOf(event) {
  const { flights, clusters } = drawn(event);
  const points = clusters.length ? clusters.map(({ at }) => at) : flights.map(({ from }) => from);
  const mean = (i) => points.reduce((sum, point) => sum + point[i], 0) / Math.max(points.length, 1);
  return [mean(0), mean(1), mean(2)];
}
