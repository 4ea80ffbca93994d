import { expect, test } from "bun:test";
import { HoldSwitch } from "../../../src/core/hold.ts";
import { HeldRequests } from "../../../src/host/heldRequests.ts";

test("a held session's request waits; others, and those that are nobody's concern any more, do not", async () => {
  const hold = new HoldSwitch();
  const requests = new HeldRequests();
  const end = requests.begin("held", { hold, signal: new AbortController().signal });
  hold.set(true);
  await requests.whenFree("another");
  let sent = false;
  const waiting = requests.whenFree("held").then(() => {
    sent = true;
  });
  await Promise.resolve();
  expect(sent).toBe(false);
  hold.set(false);
  await waiting;
  hold.set(true);
  end();
  await requests.whenFree("held");
});

test("a session that is stopped meanwhile sends its request never", async () => {
  const hold = new HoldSwitch();
  const requests = new HeldRequests();
  const abort = new AbortController();
  requests.begin("held", { hold, signal: abort.signal });
  hold.set(true);
  const waiting = requests.whenFree("held");
  abort.abort();
  await expect(waiting).rejects.toThrow("stopped");
});
