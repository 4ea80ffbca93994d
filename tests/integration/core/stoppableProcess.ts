/** A process with one active run. Argument: "exit" (a run that may end the process) or "stay" (one that may not). */
import { processShutdown } from "../../../src/core/gracefulShutdown.ts";

const run = processShutdown().beginRun({
  name: "test",
  mayExit: process.argv[2] === "exit",
  onStop: async () => {
    await new Promise((resolve) => setImmediate(resolve));
    process.stdout.write(`saved, aborted: ${run.signal.aborted}\n`);
  },
});
setInterval(() => undefined, 60_000);
process.stdout.write("ready\n");
