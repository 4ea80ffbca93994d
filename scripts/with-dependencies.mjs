// Installs what is missing, builds what is stale, then runs the command given as arguments.
// It is the first half of `npm test` and `npm run demo`, so that both work on a fresh clone.
import { spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { linkBinaries, root } from "./project.mjs";

const lock = join(root, "package-lock.json");
const installedLock = join(root, "node_modules", ".package-lock.json");

function run(command, args, options = {}) {
  const done = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (done.error) throw done.error;
  return done.status ?? 1;
}

function installIsCurrent() {
  return existsSync(installedLock) && statSync(installedLock).mtimeMs >= statSync(lock).mtimeMs;
}

/**
 * `npm install` rather than `npm ci`: it takes the versions of the lockfile all the same, but does not insist that the
 * lockfile names the binaries of every other platform, which not every registry has.
 */
function install() {
  console.error("Installing dependencies (once)…");
  const status = run("npm", ["install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"]);
  if (status !== 0) {
    console.error("npm install failed: check the network and the npm registry, then run the command again.");
    process.exit(status);
  }
}

if (!installIsCurrent()) install();
linkBinaries();
const built = run(process.execPath, [join(root, "scripts", "build.mjs"), "--if-stale"]);
if (built !== 0) process.exit(built);

const [command, ...args] = process.argv.slice(2);
process.exit(run(command, args));
