// The event display of a page: one event at a time, its lines as they flew, what was measured, and the detector around them.
// Where the browser has WebGL, scene.js draws; where not, and on paper, the same data are drawn as SVG.
(function (root) {
  "use strict";

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

  const VIEWS = { side: [0, 0], end: [90, 0], free: [35, 22] }; // degrees about the vertical, and up
  const state = { shown: [], at: 0, view: "side", angles: [...VIEWS.side], zoom: 1, scene: null, moving: 0 };

  function pairs(flat) {
    return Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);
  }

  // ---- geometry

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

  // ---- SVG

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

  // ---- words

  function say(number) {
    return Number(number.toPrecision(3)).toString();
  }

  const outcome = (event) => (data.stages.length ? data.stages[event.s] : "");

  function words(event) {
    const name = `${event.t}${outcome(event) ? `, ${outcome(event)}` : ""}`;
    const weight = event.w === undefined ? "" : `, weight ${say(event.w)}`;
    return `${name}${weight}`;
  }

  function table(event) {
    const rows = event.p.map(([kind, fate, , energy, x, y, z], i) => {
      const row = document.createElement("tr");
      const made = [x, y, z].map((mm) => (Math.round(mm / 10) / 100 + 0).toFixed(2)).join(", ");
      const mother = event.p[i][2];
      const from = mother < 0 ? "" : ` of ${data.kinds[event.p[mother][0]][0]}`;
      [data.kinds[kind][0] + from, say(energy), made, data.fates[fate]].forEach((text, column) => {
        const cell = document.createElement(column ? "td" : "th");
        if (!column) cell.scope = "row";
        cell.textContent = text;
        row.append(cell);
      });
      return row;
    });
    part("rows").replaceChildren(...rows);
  }

  function legend() {
    const moves = ([, , , , ...ends]) => ends.some((end, i) => i < 3 && end !== ends[i + 3]);
    const used = new Set(
      data.events.flatMap((event) => event.p.filter(moves).map(([kind]) => data.kinds[kind][1])),
    );
    const entry = (words, draw) => {
      const item = document.createElement("li");
      const svg = add(item, "svg", { width: 34, height: 12, "aria-hidden": "true" });
      draw(svg);
      item.append(words);
      return item;
    };
    const items = Object.entries(STYLES)
      .filter(([style]) => used.has(style))
      .map(([, { colour, width, dash, words: text }]) =>
        entry(text, (svg) =>
          add(svg, "path", {
            d: "M1 6H33", stroke: colour, "stroke-width": width, "stroke-dasharray": dash ? dash.join(" ") : "none",
          }),
        ),
      );
    if (data.events.some((event) => event.c.length)) {
      const square = { x: 12, y: 1, width: 10, height: 10, fill: MEASURED.colour };
      items.push(entry(MEASURED.words, (svg) => add(svg, "rect", square)));
    }
    part("legend").replaceChildren(...items);
  }

  // ---- what is shown

  function draw() {
    const event = state.shown[state.at];
    const { width } = stage.getBoundingClientRect();
    if (!event || width < 10) return;
    const view = viewOf(state.angles, width, stage.clientHeight, state.zoom, focusOf(event));
    drawSvg(part("over"), event, view, !state.scene);
    if (state.scene) state.scene.look(view);
  }

  function show(at) {
    const last = state.shown.length - 1;
    state.at = Math.min(Math.max(at, 0), last);
    const event = state.shown[state.at];
    part("previous").disabled = state.at === 0;
    part("next").disabled = state.at === last;
    part("place").textContent = `${state.at + 1} of ${last + 1}`;
    part("caption").textContent = words(event);
    part("over").setAttribute("aria-label", picture(event));
    table(event);
    if (state.scene) state.scene.setEvent(...Object.values(drawn(event)));
    drawSvg(part("paper"), event, viewOf(VIEWS.side, 960, 420), true);
    draw();
  }

  function picture(event) {
    const count = event.p.length;
    return `${state.view} view of ${words(event)}: ${count} particles, ${event.c.length} measured; the table below lists them`;
  }

  function filter(stage) {
    state.shown = data.events.filter((event) => stage === "" || event.s === Number(stage));
    show(0);
  }

  function look(view) {
    state.view = view;
    part("views").querySelector(`[value=${view}]`).checked = true;
    part("over").setAttribute("aria-label", picture(state.shown[state.at]));
    turnTo(VIEWS[view], 1);
  }

  /** Turn to some angles, at once for who wants nothing to move. */
  function turnTo(angles, zoom) {
    const [start, from, near] = [performance.now(), [...state.angles], state.zoom];
    const own = ++state.moving;
    const step = (now) => {
      if (own !== state.moving) return;
      const part = still.matches ? 1 : Math.min((now - start) / 350, 1);
      const eased = part * (2 - part);
      state.angles = from.map((angle, i) => angle + eased * (angles[i] - angle));
      state.zoom = near + eased * (zoom - near);
      draw();
      if (part < 1) requestAnimationFrame(step);
    };
    step(start);
  }

  function turn(across, up) {
    state.moving++;
    state.view = "free";
    part("views").querySelector("[value=free]").checked = true;
    state.angles = [state.angles[0] + across, Math.min(Math.max(state.angles[1] + up, -89), 89)];
    draw();
  }

  function zoom(factor) {
    state.moving++;
    state.zoom = Math.min(Math.max(state.zoom * factor, 0.5), 20);
    draw();
  }

  // ---- hands

  const KEYS = {
    ArrowLeft: () => show(state.at - 1),
    ArrowRight: () => show(state.at + 1),
    Home: () => show(0),
    End: () => show(state.shown.length - 1),
    "+": () => zoom(1.25),
    "-": () => zoom(0.8),
    0: () => look(state.view),
    1: () => look("side"),
    2: () => look("end"),
    3: () => look("free"),
  };
  const TURNS = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, 8], ArrowDown: [0, -8] };

  function onKey(event) {
    if (event.target.closest("select, input, textarea") || event.ctrlKey || event.metaKey || event.altKey) return;
    const action = event.shiftKey && TURNS[event.key] ? () => turn(...TURNS[event.key]) : KEYS[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  const fingers = new Map();

  function onMove(event) {
    const last = fingers.get(event.pointerId);
    if (!last) return;
    const here = [event.clientX, event.clientY];
    if (fingers.size === 1) turn((last[0] - here[0]) * 0.4, (here[1] - last[1]) * 0.4);
    if (fingers.size === 2) {
      const [, other] = [...fingers].find(([id]) => id !== event.pointerId);
      const apart = (point) => Math.hypot(point[0] - other[0], point[1] - other[1]);
      zoom(apart(here) / Math.max(apart(last), 1));
    }
    fingers.set(event.pointerId, here);
  }

  function hands() {
    part("previous").addEventListener("click", () => show(state.at - 1));
    part("next").addEventListener("click", () => show(state.at + 1));
    part("filter").addEventListener("change", (event) => filter(event.target.value));
    part("views").addEventListener("change", (event) => look(event.target.value));
    part("nearer").addEventListener("click", () => zoom(1.25));
    part("farther").addEventListener("click", () => zoom(0.8));
    part("reset").addEventListener("click", () => look(state.view));
    (root.dataset.alone === undefined ? root : document).addEventListener("keydown", onKey);
    stage.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      fingers.set(event.pointerId, [event.clientX, event.clientY]);
      stage.setPointerCapture(event.pointerId);
    });
    stage.addEventListener("pointermove", onMove);
    for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) {
      stage.addEventListener(end, (event) => fingers.delete(event.pointerId));
    }
    new ResizeObserver(draw).observe(stage);
  }

  /** Stages in the list, with how many events each has; what was accepted first. */
  function stages() {
    const count = (s) => data.events.filter((event) => event.s === s).length;
    const choices = data.stages.map((name, s) => [s, name, count(s)]).filter(([, , n]) => n);
    const option = (value, text) => new Option(text, value);
    const list = choices.reverse().map(([s, name, n]) => option(s, `${name} (${n})`));
    if (list.length !== 1) list.push(option("", `all (${data.events.length})`));
    part("filter").replaceChildren(...list);
    return list.length ? list[0].value : "";
  }

  // ---- three dimensions

  function hasWebGL() {
    try {
      return Boolean(document.createElement("canvas").getContext("webgl2"));
    } catch {
      return false;
    }
  }

  async function unpacked(text) {
    const bytes = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Response(stream).text();
  }

  async function openScene() {
    if (!hasWebGL() || typeof DecompressionStream === "undefined") return null;
    if (typeof darkpairScene === "undefined") {
      const script = document.createElement("script");
      script.textContent = await unpacked(part("scene").textContent);
      document.head.append(script);
    }
    const scene = darkpairScene.makeScene(part("canvas"));
    if (scene) scene.setParts(parts);
    return scene;
  }

  root.classList.add("dp-ready");
  legend();
  hands();
  filter(stages());
  openScene()
    .catch(() => null)
    .then((scene) => {
      state.scene = scene;
      root.dataset.drawnBy = scene ? "webgl" : "svg";
      part("canvas").hidden = !scene;
      show(state.at);
    });
})(document.currentScript.parentElement);
