/**
 * The error a command's answer ends in. OpenCode reads the text of every model error: words such as "rate limit",
 * "timed out" or "503", which our reasons rightly contain, make it try again, up to five times with growing waits (74 s
 * were seen). An API error that names its own wait is tried again at once instead, so those tries cost milliseconds.
 * An API error whose words sound like a full context window, in turn, would start a compaction; such a text goes out as
 * a plain error, which never does. (OpenCode 1.18: session/retry, provider/error; docs/HOST.md.)
 */
export function endingError(message: string): Error {
  if (SOUNDS_LIKE_OVERFLOW.test(message)) return new Error(message.replace(SOUNDS_LIKE_TROUBLE, withJoiner));
  return Object.assign(new Error(message), API_ERROR);
}

/**
 * What makes OpenCode try a plain error again. Such a text cannot go out as an API error, so its words are told apart for
 * a machine and not for a reader: a word joiner (U+2060) after the first character.
 */
const SOUNDS_LIKE_TROUBLE =
  /429|500|502|503|504|524|rate.?limit|too many|time(?:d)?.?out|overload|server.?error|unavailable|connection|network|socket|terminated|exhausted|capacity/gi;

function withJoiner(word: string): string {
  return `${word.slice(0, 1)}\u2060${word.slice(1)}`;
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
