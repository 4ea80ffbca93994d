import { expect, test } from "bun:test";
import { technologyMentions } from "../../../src/planning/technologyMentions.ts";

test.each([
  ["Store sessions in PostgreSQL 16.", "PostgreSQL 16"],
  ["Store sessions in PostgreSQL.", "PostgreSQL"],
  ["Add OAuth 2.0 login.", "OAuth 2.0"],
  ["Upgrade the app to React 18.", "React 18"],
  ["Use `zod@4` for checks.", "zod@4"],
  ["Rate limit through @upstash/ratelimit.", "@upstash/ratelimit"],
  ["Follow RFC 9110.", "RFC 9110"],
  ["Dates are written by ISO 8601.", "ISO 8601"],
  ["Speak HTTP/2 to clients.", "HTTP/2"],
  ["Cache results using Redis.", "Redis"],
  ["Using Redis, cache results.", "Redis"],
  ["Send mail via Sendgrid.", "Sendgrid"],
  ["Take payments with the Stripe API.", "Stripe"],
  ["Publish to a Kafka topic.", "Kafka"],
  ["Deploy on Kubernetes 1.29.", "Kubernetes 1.29"],
  ["Port the scripts from Python 2 to Python 3.", "Python 2"],
  ["Run it with Node.js", "Node.js"],
  ["Migrate from Webpack to Vite", "Vite"],
  ["Written in Rust.", "Rust"],
  ["TLS 1.3 only", "TLS 1.3"],
  ["The service is built on Express.", "Express"],
  ["Integrate with Slack", "Slack"],
])("%j names %s", (text, name) => {
  expect(technologyMentions(text)).toContain(name);
});

test.each([
  "Greet people in two languages.",
  "Add a --json flag to the list command.",
  "Step 1: read the file. Step 2: write it.",
  "Users in Germany see prices with 19 % tax.",
  "Return 404 for unknown ids.",
  "Section 2.3 of the README is wrong.",
  "Add a report of spending by category, in Markdown, CSV and HTML.",
  "As a User I want to see my Orders.",
  "Version 1.2 will be released on May 5.",
  "At least 95 % of requests finish in 1.5 s.",
  "Ask bob@example.com for details.",
  "Rename getUser to loadUser.",
  "Add a REST API",
  "Support for French and German",
  "Follow the plan in Chapter 3.",
  "Fix issue 12 in Release 2.0",
  "Write the tests first, with Alice and Bob as users.",
  "The Public API must stay stable",
  "On Monday 5 people came to London 3 times.",
  "Move Alice to Berlin",
  "Switch the default from On to Off",
  "In the Settings page users choose a Theme.",
  "UserService must not call OrderItem.",
])("%j names none", (text) => {
  expect(technologyMentions(text)).toEqual([]);
});

test("a name is told once, at most five are, and a huge text is read in no time", () => {
  const text = "Keep it in PostgreSQL 16. PostgreSQL 16 is here. ".repeat(5_000);
  const started = performance.now();
  expect(technologyMentions(text)).toEqual(["PostgreSQL 16"]);
  for (const hostile of [
    "A".repeat(200_000),
    "aA.".repeat(60_000),
    "a@".repeat(100_000),
    "upgrade a ".repeat(20_000),
  ]) {
    technologyMentions(hostile);
  }
  expect(performance.now() - started).toBeLessThan(2_000);
  expect(technologyMentions("a@1 b@2 c@3 d@4 e@5 f@6")).toHaveLength(5);
});
