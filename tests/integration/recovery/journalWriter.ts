/** A process that appends to the journal at its argument until it is killed, and prints each number once it is on disk. */
import { writeSync } from "node:fs";
import { systemClock } from "../../../src/core/clock.ts";
import { Journal } from "../../../src/recovery/journal.ts";
import { readJournal } from "../../../src/recovery/readJournal.ts";

const content = await readJournal(process.argv[2] ?? "");
if (!content.ok) throw new Error(content.failure.message);
const owned = () => Promise.resolve();
const journal = await Journal.open(content.value, { clock: systemClock, epoch: 1, assertOwned: owned });
for (let n = 1; ; n++) {
  await journal.append({ n });
  writeSync(1, `${n}\n`);
}
