/** A process that appends to the journal at its argument until it is killed, and prints each number once it is on disk. */
import { writeSync } from "node:fs";
import { systemClock } from "../../../src/core/clock.ts";
import { Journal } from "../../../src/recovery/journal.ts";

const opened = await Journal.open(process.argv[2] ?? "", {
  clock: systemClock,
  epoch: 1,
  assertOwned: () => Promise.resolve(),
});
if (!opened.ok) throw new Error(opened.failure.message);
for (let n = 1; ; n++) {
  await opened.value.journal.append({ n });
  writeSync(1, `${n}\n`);
}
