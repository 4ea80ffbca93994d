// The whole pipeline on a throw-away repository with a scripted model: demo/run.ts, run by Bun.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { bin, root } from "./project.mjs";

const demo = spawn(bin("bun"), [join(root, "demo", "run.ts"), ...process.argv.slice(2)], { stdio: "inherit" });
// The demo clears up after itself and ends with a status of its own; this process only waits for it.
// A terminal signals both of us; other senders reach only this process, and the demo takes a second signal calmly.
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => demo.kill(signal));
demo.on("error", (error) => {
  console.error(`demo: Bun did not start (${error.message}); run npm ci, then npm run demo again.`);
  process.exitCode = 1;
});
demo.on("close", (status) => {
  process.exitCode = status ?? 1;
});
