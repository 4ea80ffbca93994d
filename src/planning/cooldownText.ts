import { formatModelRef } from "../core/modelCatalog.ts";
import { truncateUtf8 } from "../core/utf8.ts";
import { cleanLine } from "./cleanText.ts";
import type { CoolingModel } from "./modelQueue.ts";

/** "google/x cools down until 14:05 (Rate limit reached)" */
export function describeCooling({ model, until, why }: CoolingModel): string {
  return `${formatModelRef(model)} cools down until ${timeOfDay(until)} (${truncateUtf8(cleanLine(why), 200)})`;
}

/** "14:05", in the user's own time zone; cooldowns last 24 hours at most, so the day goes without saying. */
export function timeOfDay(milliseconds: number): string {
  return new Date(milliseconds).toTimeString().slice(0, 5);
}
