import { expect, test } from "bun:test";
import { endingError } from "../../../src/host/endingError.ts";

test.each([
  ["Stopped: the provider kept failing: Rate limit reached", true],
  ["T1 was ended by SIGTERM, 503 files", true],
  ["the message would take 4,000 bytes: too large for the context", false],
])("%j keeps its words; it asks for a retry at once: %p", (message, isApiError) => {
  const error = endingError(message);
  expect(error.message).toBe(message);
  expect(Reflect.get(error, "responseHeaders")).toEqual(isApiError ? { "retry-after-ms": "0" } : undefined);
});
