// Makes scene.deflate (scene.js with what it takes of three.js, minified, packed) and scene.json (of what it was made):
//     npm install --no-package-lock && npm run build
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";
import { build, version as esbuild } from "esbuild";
import { REVISION as three } from "three";

const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const SOURCES = ["build.mjs", "package.json", "scene.js"];
const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

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
