// Makes scene.deflate (scene.js with what it takes of three.js, minified, packed) and scene.json (of what it was made):
//     npm install --no-package-lock && npm run build
// The renderer names every shader of three.js, so that none of them is shaken off: those that no material of scene.js compiles are
// emptied here, and the others lose their comments and indents.
import { createHash } from "node:crypto";
import { readFileSync, realpathSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { build, version as esbuild } from "esbuild";
import { REVISION as three } from "three";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const SOURCES = ["build.mjs", "package.json", "scene.js"];
const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

const library = realpathSync(here("node_modules/three"));
const shaders = join(library, "src/renderers/shaders");

/** Shaders of scene.js's materials, and what every program has; then what these include, and what that includes. */
const compiled = [
  join(shaders, "ShaderLib/meshbasic.glsl.js"),
  join(library, "examples/jsm/lines/LineMaterial.js"),
  join(library, "src/renderers/webgl/WebGLProgram.js"),
];
for (const path of compiled) {
  for (const [, included, named] of readFileSync(path, "utf8").matchAll(/#include\s*<(\w+)>|ShaderChunk\[ '(\w+)' \]/g)) {
    const chunk = join(shaders, `ShaderChunk/${included ?? named}.glsl.js`);
    if (!compiled.includes(chunk)) {
      compiled.push(chunk); // (and the loop goes on with it)
    }
  }
}

/** A shader's text without comments, indents and empty lines. */
const stripped = (text) =>
  text
    .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
    .replace(/^\s+|[ \t\r]+$/gm, "")
    .trim();

const ofThree = {
  name: "three",
  setup(build) {
    build.onResolve({ filter: /^three$/ }, () => ({ path: join(library, "src/Three.js"), sideEffects: false }));
    build.onLoad({ filter: /\.js$/ }, ({ path }) => {
      const kept = compiled.includes(path) || !basename(path).endsWith(".glsl.js");
      const texts = /\/\*\s*glsl\s*\*\/\s*`([^`$]*)`/g;
      const short = (_, text) => JSON.stringify(kept ? `\n${stripped(text)}\n` : "");
      return { contents: readFileSync(path, "utf8").replace(texts, short) };
    });
  },
};

const root = here(".");
const licence = readFileSync(here("three.LICENSE"), "utf8");
const { outputFiles } = await build({
  absWorkingDir: root,
  entryPoints: ["scene.js"],
  bundle: true,
  minify: true,
  write: false,
  format: "iife",
  globalName: "darkpairScene",
  target: "es2022",
  legalComments: "none",
  plugins: [ofThree],
  banner: { js: `/* three.js r${three}\n${licence.trim()}\n*/` },
});
const script = outputFiles[0].contents;
const packed = deflateRawSync(script, { level: 9, memLevel: 9 });
const made = {
  sources: Object.fromEntries(SOURCES.map((name) => [name, digest(readFileSync(here(name)))])),
  bundle: digest(script),
  size: script.length,
  three,
  esbuild,
};
writeFileSync(here("scene.deflate"), packed);
writeFileSync(here("scene.json"), `${JSON.stringify(made, null, 1)}\n`);
console.log(`${script.length} bytes, ${packed.length} packed`);
