// Builds dist/: the plugin, the pipeline model and the executable (one bundled file each), types, JSON schemas,
// and a package.json of its own, so that `opencode plugin ./dist` works.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { bin, linkBinaries, root } from "./project.mjs";

const dist = join(root, "dist");
const staging = join(root, `dist.building-${process.pid}`);
const entryPoints = {
  "index.js": "src/index.ts",
  "pipelineModel.js": "src/host/pipelineModel.ts",
  "cli.js": "src/cli.ts",
};

function newestChange(path) {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}

function isStale() {
  const marker = join(dist, "package.json");
  if (!existsSync(marker)) return true;
  const sources = ["src", "scripts/build.mjs", "scripts/write-schemas.ts", "package.json", "tsconfig.types.json"];
  return sources.some((path) => newestChange(join(root, path)) > statSync(marker).mtimeMs);
}

function run(command, args) {
  const done = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout ?? ""}${done.stderr ?? ""}${done.error ?? ""}\n`);
  rmSync(staging, { recursive: true, force: true });
  console.error(`build: ${command} ${args[0]} failed; nothing in dist/ was changed.`);
  process.exit(1);
}

if (process.argv.includes("--if-stale") && !isStale()) process.exit(0);
linkBinaries();

mkdirSync(join(staging, "schemas"), { recursive: true });
for (const [output, entry] of Object.entries(entryPoints)) {
  run(bin("bun"), ["build", entry, "--target=node", "--format=esm", `--outfile=${join(staging, output)}`]);
}
run(bin("tsc"), ["-p", "tsconfig.types.json", "--outDir", join(staging, "types")]);
run(bin("bun"), ["scripts/write-schemas.ts", join(staging, "schemas")]);
chmodSync(join(staging, "cli.js"), 0o755);

const { name, version, description, license, engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const exportsOfDist = { ".": { types: "./types/index.d.ts", default: "./index.js" }, "./server": "./index.js" };
const manifest = {
  name,
  version,
  description,
  license,
  type: "module",
  engines,
  main: "./index.js",
  exports: exportsOfDist,
};
writeFileSync(join(staging, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);

rmSync(dist, { recursive: true, force: true });
renameSync(staging, dist);
