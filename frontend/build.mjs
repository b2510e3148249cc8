// Builds survey/static/dist: every script, style sheet and picture that lies directly in frontend/, under a name that
// carries the hash of its content, and manifest.json that tells the name to ask for: {"app.js": "app-5K3XQ2VA.js"}.
// Modules in folders below frontend/ are bundled into the scripts that import them. Nothing is fetched from a network.

import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const source = dirname(fileURLToPath(import.meta.url));
const target = join(source, "..", "survey", "static", "dist");
const copied = [".svg", ".png", ".ico", ".webp", ".woff2"];
const entry = new Set([".js", ".css", ...copied]);

const names = (await readdir(source, { withFileTypes: true }))
  .filter((found) => found.isFile() && entry.has(extname(found.name)))
  .map((found) => found.name)
  .sort();

const result = await build({
  entryPoints: names.map((name) => join(source, name)),
  outdir: target,
  entryNames: "[name]-[hash]",
  assetNames: "[name]-[hash]",
  bundle: true,
  minify: true,
  format: "iife",
  target: ["chrome111", "safari16.4"],
  charset: "utf8",
  legalComments: "eof",
  loader: Object.fromEntries(copied.map((ending) => [ending, "copy"])),
  metafile: true,
  write: false,
  logLevel: "warning",
}).catch(() => process.exit(1)); // esbuild has said what is wrong and where

/** @type {Record<string, string>} */
const manifest = {};
for (const [path, output] of Object.entries(result.metafile.outputs)) {
  const from = output.entryPoint ?? Object.keys(output.inputs)[0];
  // A script that imports a style sheet has one of its own beside it: each output keeps its own ending.
  manifest[basename(from, extname(from)) + extname(path)] = basename(path);
}

await mkdir(target, { recursive: true });
for (const file of result.outputFiles) {
  await writeFile(join(target, basename(file.path)), file.contents);
}
// The manifest is put in place in one step, after the files that it names: a server that reads it now finds them all.
const draft = join(target, `manifest.json.${process.pid}`);
await writeFile(draft, JSON.stringify(manifest, Object.keys(manifest).sort(), 2) + "\n");
await rename(draft, join(target, "manifest.json"));

const wanted = new Set(["manifest.json", ...Object.values(manifest)]);
for (const name of await readdir(target)) {
  if (!wanted.has(name)) await rm(join(target, name), { force: true });
}
