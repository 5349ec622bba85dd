// The part of three.js that the event display needs: surfaces of a detector, flights and clusters, seen along one direction.
// Everything is in the picture's own coordinates: centred, and stretched across the beam where the display says so.
import {
  BoxGeometry,
  BufferGeometry,
  DoubleSide,
  Float32BufferAttribute,
  Group,
  Matrix4,
  Mesh,
  MeshBasicMaterial,
  OrthographicCamera,
  Path,
  Scene,
  Shape,
  ShapeGeometry,
  Vector2,
  Vector3,
  WebGLRenderer,
} from "three";
import { LineMaterial } from "three/examples/jsm/lines/LineMaterial.js";
import { LineSegments2 } from "three/examples/jsm/lines/LineSegments2.js";
import { LineSegmentsGeometry } from "three/examples/jsm/lines/LineSegmentsGeometry.js";

const LARGEST_RATIO = 2; // pixels of the canvas for one of the page: more is not seen

/** A scene on a canvas; null where the browser has no WebGL. */
export function makeScene(canvas) {
  let renderer;
  try {
    renderer = new WebGLRenderer({ canvas, antialias: true, alpha: true });
  } catch {
    return null;
  }
  renderer.setPixelRatio(Math.min(window.devicePixelRatio || 1, LARGEST_RATIO));
  const scene = new Scene();
  const camera = new OrthographicCamera();
  camera.matrixAutoUpdate = false;
  const fixed = new Group();
  const event = new Group();
  scene.add(fixed, event);
  const dashed = [];

  return {
    /** Parts of the detector: {rings: [[[x, y, z], ...], ...], holes, colour, opacity}. */
    setParts(parts) {
      for (const part of parts) {
        const surface = part.rings.length > 1 ? sides(part.rings) : flat(part.rings[0], part.holes);
        const material = new MeshBasicMaterial({
          color: part.colour,
          opacity: part.opacity,
          transparent: true,
          side: DoubleSide,
          depthWrite: false,
        });
        fixed.add(new Mesh(surface, material));
      }
    },
    /** Flights {from, to, colour, width, dash: [pixels, pixels] or null}, and clusters {at, side, colour}. */
    setEvent(flights, clusters) {
      clear(event);
      dashed.length = 0;
      for (const flight of flights) {
        const style = { color: flight.colour, linewidth: flight.width, dashed: Boolean(flight.dash) };
        if (flight.dash) {
          Object.assign(style, { dashSize: flight.dash[0], gapSize: flight.dash[1] });
        }
        const line = segments([flight.from, flight.to], style);
        if (flight.dash) {
          line.computeLineDistances();
          dashed.push(line.material);
        }
        event.add(line);
      }
      for (const cluster of clusters) {
        const box = new Mesh(
          new BoxGeometry(cluster.side, cluster.side, cluster.side),
          new MeshBasicMaterial({ color: cluster.colour, opacity: 0.85, transparent: true }),
        );
        box.position.set(...cluster.at);
        event.add(box);
      }
    },
    /** Draw it: {right, up, towards: unit vectors, centre, depth [mm], scale [pixels for a millimetre], width, height, high}. */
    look(view) {
      renderer.setSize(view.width, view.height, false);
      const [across, top] = [view.width / view.scale / 2, view.high / view.scale / 2];
      Object.assign(camera, { left: -across, right: across, top, bottom: top - view.height / view.scale });
      Object.assign(camera, { near: 0, far: 4 * view.depth });
      const towards = new Vector3(...view.towards);
      camera.matrix = new Matrix4()
        .makeBasis(new Vector3(...view.right), new Vector3(...view.up), towards)
        .setPosition(towards.clone().multiplyScalar(2 * view.depth).add(new Vector3(...view.centre)));
      camera.updateMatrixWorld(true);
      camera.updateProjectionMatrix();
      for (const material of dashed) {
        material.dashScale = view.scale;
      }
      scene.traverse((thing) => {
        if (thing.material instanceof LineMaterial) {
          thing.material.resolution = new Vector2(view.width, view.height);
        }
      });
      renderer.render(scene, camera);
    },
  };
}

/** Lines between pairs of points. */
function segments(points, style) {
  const geometry = new LineSegmentsGeometry().setPositions(points.flat());
  return new LineSegments2(geometry, new LineMaterial({ ...style, transparent: true }));
}

/** The surface between two rings. */
function sides([front, back]) {
  const corners = [];
  front.forEach((point, i) => {
    const j = (i + 1) % front.length;
    corners.push(...point, ...front[j], ...back[i], ...back[i], ...front[j], ...back[j]);
  });
  return new BufferGeometry().setAttribute("position", new Float32BufferAttribute(corners, 3));
}

/** A flat ring less its holes. */
function flat(ring, holes) {
  const shape = new Shape(ring.map(([x, y]) => new Vector2(x, y)));
  shape.holes = (holes || []).map((hole) => new Path(hole.map(([x, y]) => new Vector2(x, y))));
  return new ShapeGeometry(shape).translate(0, 0, ring[0][2]);
}

function clear(group) {
  for (const thing of [...group.children]) {
    thing.geometry.dispose();
    thing.material.dispose();
    group.remove(thing);
  }
}
