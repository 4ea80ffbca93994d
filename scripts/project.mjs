// What the other scripts share: where the project is, and running one of its programs.
import { spawn, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
export const bin = (name) => join(root, "node_modules", ".bin", name);

/** Runs a program in the project's root; its output goes to the terminal, or with `quiet` into the answer. */
export function run(command, args, { quiet = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", quiet ? "pipe" : "inherit", quiet ? "pipe" : "inherit"],
    });
    const chunks = [];
    child.stdout?.on("data", (chunk) => chunks.push(chunk));
    child.stderr?.on("data", (chunk) => chunks.push(chunk));
    child.on("error", (error) => resolve({ passed: false, output: error.message }));
    child.on("close", (status) => resolve({ passed: status === 0, output: Buffer.concat(chunks).toString("utf8") }));
  });
}

/** Both packages ship their binary in a platform package; a script of theirs links it, without the network. */
const LINK_SCRIPTS = { bun: "install.js", "opencode-ai": "postinstall.mjs" };

/** Makes `bun` and `opencode` run also where npm did not run install scripts. */
export function linkBinaries() {
  for (const [name, script] of Object.entries(LINK_SCRIPTS)) {
    const folder = join(root, "node_modules", name);
    const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const probe = spawnSync(bin(name === "opencode-ai" ? "opencode" : name), ["--version"], { encoding: "utf8" });
    if (probe.status === 0 && probe.stdout.trim() === version) continue;
    const linked = spawnSync(process.execPath, [script], { cwd: folder, stdio: ["ignore", "inherit", "inherit"] });
    if (linked.status !== 0) throw new Error(`${name} could not be linked; run npm ci and try again`);
  }
}
