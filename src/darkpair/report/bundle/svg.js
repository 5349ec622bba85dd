// Lines, labels and rulers as SVG: over a scene, on paper, or all of it where the browser has no WebGL.

function add(parent, name, attributes, text) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}

const path = (points) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;

/** The points around which a string would lie. */
function hull(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turn = (a, b, c) => (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]);
  const chain = (order) =>
    order.reduce((line, point) => {
      while (line.length > 1 && turn(line.at(-2), line.at(-1), point) <= 0) line.pop();
      return [...line, point];
    }, []);
  return [...chain(sorted).slice(0, -1), ...chain(sorted.reverse()).slice(0, -1)];
}

/** The outline of a part, and its surface where no scene draws it. */
function drawPart(svg, view, { rings, holes, colour, opacity }, whole) {
  const style = { stroke: colour, "stroke-width": 1.2, fill: whole ? colour : "none", "fill-opacity": opacity };
  const flat = [...rings, ...holes].map((ring) => ring.map(view.project));
  const around = flat.map((ring) => `${path(ring)}Z`);
  if (rings.length === 1) {
    add(svg, "path", { d: around.join(""), "fill-rule": "evenodd", ...style });
    return;
  }
  add(svg, "path", { d: `${path(hull(flat.flat()))}Z`, ...style });
  const corners = flat[0].length > 12 ? [] : flat[0].map((corner, i) => path([corner, flat[1][i]]));
  add(svg, "path", { d: [...around, ...corners].join(""), ...style, fill: "none", "stroke-opacity": 0.7 });
}

/** Draw an event into an SVG: all of it, or what lies over a scene. */
function drawSvg(svg, event, view, whole) {
  svg.replaceChildren();
  svg.setAttribute("viewBox", `0 0 ${view.width} ${view.height}`);
  const { flights, clusters } = drawn(event);
  for (const part of parts) drawPart(svg, view, part, whole);
  if (whole) {
    for (const { from, to, colour, width, dash } of flights) {
      const line = { d: path([from, to].map(view.project)), stroke: colour, "stroke-width": width };
      add(svg, "path", { ...line, fill: "none", "stroke-dasharray": dash ? dash.join(" ") : "none" });
    }
    for (const { at, side, colour } of clusters) {
      const [[x, y], size] = [view.project(at), side * view.scale];
      const square = { x: x - size / 2, y: y - size / 2, width: size, height: size };
      add(svg, "rect", { ...square, fill: colour, "fill-opacity": 0.85 });
    }
  }
  for (const { from } of flights.filter(({ enters, colour }) => !enters && colour !== STYLES.beam.colour)) {
    const [cx, cy] = view.project(from);
    add(svg, "circle", { cx, cy, r: 3, fill: "#1a1a1a" });
  }
  const taken = clusters.map(({ at, side }) => {
    const [[x, y], reach] = [view.project(at), (side * view.scale) / 2];
    return [x - reach, y - reach, x + reach, y + reach];
  });
  labels(svg, view, flights, clusters, taken);
  names(svg, view, taken);
  rulers(svg, view);
}

/** A label where there is room for it; not at all where there is none. */
function label(svg, view, taken, text, colour, places) {
  const [width, height] = [7.2 * text.length, 15];
  for (const [x, y] of places) {
    const left = Math.min(Math.max(x - width / 2, 2), view.width - width - 2);
    const top = Math.min(Math.max(y - height, 2), view.height - height - 22);
    const box = [left, top, left + width, top + height];
    if (taken.some((b) => b[0] < box[2] && box[0] < b[2] && b[1] < box[3] && box[1] < b[3])) continue;
    taken.push(box);
    add(svg, "text", { x: left + width / 2, y: top + 12, fill: colour, class: "dp-label" }, text);
    return;
  }
}

function labels(svg, view, flights, clusters, taken) {
  for (const { at, side, energy, colour } of clusters) {
    const [[x, y], away] = [view.project(at), (side * view.scale) / 2 + 4];
    label(svg, view, taken, `${say(energy)} GeV`, colour, [[x, y - away], [x, y + away + 15]]);
  }
  for (const { from, to, label: name, colour } of flights) {
    const [a, b] = [from, to].map(view.project);
    const long = Math.hypot(b[0] - a[0], b[1] - a[1]);
    if (long < 14) continue;
    const steep = Math.abs(b[1] - a[1]) > Math.abs(b[0] - a[0]);
    const aside = steep ? [5 + 4 * name.length, 5] : [0, -4];
    const places = [0.6, 0.75, 0.4, 0.9, 0.25].flatMap((t) => {
      const [x, y] = [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
      return [[x + aside[0], y + aside[1]], [x - aside[0], y + (steep ? 5 : 18)]];
    });
    label(svg, view, taken, name, colour, places);
  }
}

/** Names of the detector's parts, at the top of each as it is seen. */
function names(svg, view, taken) {
  for (const { name, rings, colour } of parts) {
    const points = hull(rings.flat().map(view.project));
    const [top, end] = [Math.min, Math.max].map((pick) => pick(...points.map((point) => point[1])));
    const middle = (y) => {
      const xs = points.filter((point) => Math.abs(point[1] - y) < 2).map((point) => point[0]);
      return (Math.min(...xs) + Math.max(...xs)) / 2;
    };
    const [x, below] = [middle(top), middle(end)];
    label(svg, view, taken, name, colour, [[x, top - 3], [x, top + 16], [below, end + 16], [below, end - 4], [x, top + 34]]);
  }
}

/** The axes, and a ruler along each that lies in the picture. */
function rulers(svg, view) {
  const corner = [20, view.height - 20];
  const axes = [["x", [1, 0, 0]], ["y", [0, 1, 0]], ["z, beam", [0, 0, 1]]];
  for (const [name, axis] of axes) {
    const [dx, dy] = [view.right, view.up].map((a) => axis.reduce((sum, b, i) => sum + b * a[i], 0));
    if (Math.hypot(dx, dy) < 0.1) continue;
    const tip = [corner[0] + 26 * dx, corner[1] - 26 * dy];
    add(svg, "path", { d: path([corner, tip]), class: "dp-axis" });
    add(svg, "text", { x: tip[0] + 5 * dx + 2, y: tip[1] - 7 * dy + 4, class: "dp-small dp-start" }, name);
  }
  const flat = axes.filter(([, axis]) => Math.abs(axis.reduce((s, b, i) => s + b * view.towards[i], 0)) < 1e-6);
  if (flat.length < 2 || data.stretch === 1) return ruler(svg, view, view.scale, 0, "");
  ruler(svg, view, view.scale * data.stretch, flat.length > 1 && view.right[2] > 0.5 ? 1 : 0, " across");
  if (view.right[2] > 0.5) ruler(svg, view, view.scale, 0, " along the beam");
}

function ruler(svg, view, scale, row, words) {
  const most = Math.min(150, view.width / 4) / scale;
  const unit = 10 ** Math.floor(Math.log10(most));
  const size = unit * [5, 2, 1].find((factor) => factor * unit <= most);
  const [right, y] = [view.width - 10, view.height - 8 - 16 * row];
  const text = size >= 1000 ? `${size / 1000} m` : size >= 10 ? `${size / 10} cm` : `${size} mm`;
  const left = right - size * scale;
  add(svg, "path", { d: `M${left} ${y - 4}V${y}H${right}V${y - 4}`, class: "dp-axis" });
  add(svg, "text", { x: left - 5, y, class: "dp-small dp-end" }, text + words);
}
