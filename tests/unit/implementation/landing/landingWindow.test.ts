import { expect, test } from "bun:test";
import { LandingWindow } from "../../../../src/implementation/landing/landingWindow.ts";

const slow = { verifyMs: 10_000, otherMs: 50 };

test("begins at one and doubles while tasks wait for a slow verify, up to a limit", () => {
  const window = new LandingWindow();
  const sizes = [window.size];
  for (let round = 0; round < 6; round++) {
    window.passed({ ...slow, waiting: 3 });
    sizes.push(window.size);
  }
  expect(sizes).toEqual([1, 2, 4, 8, 16, 16, 16]);
});

test("stays where it is when nobody waits, and goes back to one where verify is quick or has failed", () => {
  const window = new LandingWindow();
  window.passed({ ...slow, waiting: 0 });
  expect(window.size).toBe(1);
  window.passed({ ...slow, waiting: 1 });
  window.passed({ ...slow, waiting: 0 });
  expect(window.size).toBe(2);
  window.passed({ verifyMs: 20, otherMs: 50, waiting: 5 });
  expect(window.size).toBe(1);
  window.passed({ ...slow, waiting: 1 });
  window.failed();
  expect(window.size).toBe(1);
});
