// The event display of a page: which event is shown, from where, and the hands that choose.

const VIEWS = { side: [0, 0], end: [90, 0], free: [35, 22] }; // degrees about the vertical, and up
const state = { shown: [], at: 0, view: "side", angles: [...VIEWS.side], zoom: 1, scene: null, moving: 0 };

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
  // (once in a page, whatever number of displays it has)
  window.darkpairSceneReady ??= unpacked(part("scene").textContent).then((text) => {
    const script = document.createElement("script");
    script.textContent = text;
    document.head.append(script);
  });
  await window.darkpairSceneReady;
  const scene = darkpairScene.makeScene(part("canvas"));
  if (scene) scene.setParts(parts);
  return scene;
}

// (buttons of one name are one choice in the whole page, which may have several displays)
const own = [...document.querySelectorAll(".dp")].indexOf(root);
for (const button of part("views").querySelectorAll("input")) button.name += own;
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
