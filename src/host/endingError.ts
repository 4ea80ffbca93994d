/**
 * The error a command's answer ends in. OpenCode reads the text of every model error: words such as "rate limit",
 * "timed out" or "503", which our reasons rightly contain, make it try again, up to five times with growing waits (74 s
 * were seen). An API error that names its own wait is tried again at once instead, so those tries cost milliseconds.
 * An API error whose words sound like a full context window, in turn, would start a compaction; such a text goes out as
 * a plain error, which never does. (OpenCode 1.18: session/retry, provider/error; docs/HOST.md.)
 */
export function endingError(message: string): Error {
  const error = new Error(message);
  return SOUNDS_LIKE_OVERFLOW.test(message) ? error : Object.assign(error, API_ERROR);
}

const SOUNDS_LIKE_OVERFLOW = /context|tokens?\b|too (large|long|many)|exceed|input|prompt/i;

/** What makes an error the AI SDK's `APICallError`, by its own marks: OpenCode looks at these, not at a class. */
const API_ERROR = {
  name: "AI_APICallError",
  [Symbol.for("vercel.ai.error")]: true,
  [Symbol.for("vercel.ai.error.AI_APICallError")]: true,
  url: "",
  requestBodyValues: {},
  isRetryable: false,
  responseHeaders: { "retry-after-ms": "0" },
} as const;
