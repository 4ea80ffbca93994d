import type { AgentPlan, PlanItem } from "../../../src/types.ts";

/** One meaning as three agents word it; null: that agent does not have it. Each wording: title, description, files. */
type Wording = readonly [title: string, description: string, ...files: string[]];
type Row = readonly [meaning: string, architecture: Wording | null, delivery: Wording | null, risk: Wording | null];

/** Thresholds and word lists were chosen on this half. */
export const TUNING: readonly (readonly Row[])[] = [
  [
    [
      "limits",
      [
        "Define rate limit configuration",
        "Add window length and request maximum per client to the configuration, with defaults.",
        "src/config.ts",
      ],
      [
        "Add options for rate limits",
        "Options: maxRequests, windowSeconds. Read from the environment with defaults.",
        "src/config.ts",
      ],
      [
        "Make the limits configurable",
        "Window and maximum must be validated: positive integers, else start-up fails.",
        "src/config.ts",
        "tests/config.test.ts",
      ],
    ],
    [
      "bucket",
      [
        "Implement token bucket",
        "A pure token bucket with refill by elapsed time, clock passed in.",
        "src/rateLimit/bucket.ts",
      ],
      ["Write the token-bucket algorithm", "Function that takes tokens and refills them over time.", "src/limiter.ts"],
      [
        "Token bucket core with unit tests",
        "Bucket arithmetic: refill, burst, clock going backwards.",
        "src/rateLimit/bucket.ts",
        "tests/bucket.test.ts",
      ],
    ],
    [
      "store",
      [
        "Create in-memory bucket store",
        "Map from client key to bucket, evicting idle clients.",
        "src/rateLimit/store.ts",
      ],
      ["Keep buckets per client in memory", "Store buckets by client key and drop idle ones.", "src/store.ts"],
      [
        "Bound the memory of the client store",
        "Evict idle clients so that the in-memory store of buckets cannot grow without limit.",
        "src/rateLimit/store.ts",
      ],
    ],
    [
      "middleware",
      [
        "Build the rate limiting middleware",
        "Express middleware that takes a token for the client or answers 429.",
        "src/middleware/rateLimit.ts",
      ],
      [
        "Rate limiter middleware",
        "Middleware: identify client, consume token, reply 429 when empty.",
        "src/middleware/rateLimit.ts",
      ],
      [
        "Reject excess requests with 429 in a middleware",
        "Middleware answers 429 with Retry-After when the client's bucket is empty.",
        "src/middleware/rateLimit.ts",
      ],
    ],
    [
      "headers",
      [
        "Send RateLimit headers",
        "Add RateLimit-Limit, RateLimit-Remaining and RateLimit-Reset headers to each response.",
        "src/middleware/headers.ts",
      ],
      [
        "Expose remaining quota in response headers",
        "Set RateLimit-Remaining and RateLimit-Reset on responses.",
        "src/middleware/headers.ts",
      ],
      ["Response headers for rate limits", "Headers must be there on 429 responses too.", "src/middleware/headers.ts"],
    ],
    [
      "server",
      ["Register middleware in the server", "Use the middleware in createServer before the routes.", "src/server.ts"],
      ["Hook the middleware into the app", "Mount it in createServer for all routes but /health.", "src/server.ts"],
      ["Wire middleware into server, except health checks", "Health checks must never be limited.", "src/server.ts"],
    ],
    [
      "allow",
      ["Support an allow list of clients", "Clients on the allow list skip limiting.", "src/rateLimit/allowList.ts"],
      ["Allow-list for trusted clients", "Trusted client keys are never limited.", "src/rateLimit/allowList.ts"],
      null,
    ],
    [
      "metrics",
      ["Count rejected requests", "Counter metric rate_limited_total by route.", "src/metrics.ts"],
      ["Add metrics for rejections", "Export rate_limited_total.", "src/metrics.ts"],
      ["Monitor rejected requests", "Metric rate_limited_total so that abuse is noticed.", "src/metrics.ts"],
    ],
    [
      "integration",
      [
        "Integration tests for limits",
        "Start the server and send bursts; expect 429 after the limit.",
        "tests/rateLimit.integration.test.ts",
      ],
      [
        "End-to-end test of rate limiting",
        "Burst of requests against the running server gets 429.",
        "tests/rateLimit.e2e.test.ts",
      ],
      [
        "Test bursts against the running server",
        "Send more requests than the limit, expect 429, wait for the window, expect 200.",
        "tests/rateLimit.integration.test.ts",
      ],
    ],
    [
      "docs",
      ["Document rate limiting", "README section with the options and headers.", "README.md"],
      ["Update the README", "Describe rate limit options, headers and the 429 answer.", "README.md"],
      ["Docs for operators", "How to choose limits and what 429 means.", "README.md"],
    ],
    [
      "proxy",
      null,
      null,
      [
        "Trust proxy headers only from known proxies",
        "Otherwise X-Forwarded-For lets anyone pick a client key.",
        "src/clientKey.ts",
      ],
    ],
  ],
  [
    [
      "format",
      ["Specify the CSV column layout", "Columns id, title, done, due; header row first."],
      ["Decide on CSV columns", "Header row with id, title, done and due date."],
      ["Fix the layout of CSV columns", "Stable column order, so that old exports can be read."],
    ],
    [
      "writer",
      ["CSV serializer", "Turn todos into CSV rows with quoting."],
      ["Write todos as CSV", "Serialise the rows, quote commas and quotes."],
      ["Escape values when serialising CSV", "Commas, quotes, line breaks and formula injection in CSV rows."],
    ],
    [
      "parser",
      ["CSV parser", "Parse rows back into todos with line numbers for errors."],
      ["Parse CSV into todos", "Read rows, report the line of bad ones."],
      ["Robust CSV parsing", "Bad rows are reported with line numbers and do not stop the others."],
    ],
    [
      "export",
      ["Add the export command", "todo export FILE writes all todos as CSV."],
      ["Implement `todo export`", "Command that writes the CSV file."],
      ["Export command must not overwrite files", "todo export refuses an existing file without --force."],
    ],
    [
      "import",
      ["Add the import command", "todo import FILE reads todos from CSV."],
      ["Implement `todo import`", "Command that reads a CSV file into the list."],
      ["Import command is all or nothing", "todo import changes nothing when a row is bad."],
    ],
    [
      "duplicates",
      ["Detect duplicate todos on import", "Skip todos whose id is already known."],
      ["Skip duplicates while importing", "Known ids are left alone and counted."],
      ["Handle duplicate ids", "Importing twice must not double todos."],
    ],
    [
      "help",
      ["Extend the help text", "List export and import in todo --help."],
      ["Help output for the two commands", "todo --help shows export and import."],
      null,
    ],
    [
      "tests",
      ["Round-trip tests", "Export then import gives the same todos."],
      ["Tests for round trip", "import(export(x)) equals x."],
      ["Property test: export and import round-trip", "Arbitrary todos survive export then import."],
    ],
    ["backup", null, null, ["Back up the list before an import", "Copy todos.json to todos.json.bak first."]],
  ],
  [
    ["wire", ["Register the metrics plugin", "Mount it in createServer.", "src/server.ts"], null, null],
    ["shutdown", null, ["Close connections on SIGTERM", "Stop accepting, drain, exit.", "src/server.ts"], null],
    ["timeouts", null, null, ["Limit how long a request may take", "Answer 503 after ten seconds.", "src/server.ts"]],
    [
      "types",
      ["Type definitions for events", "Union of event shapes.", "src/types.ts"],
      ["Define the event types", "One interface per event.", "src/types.ts"],
      null,
    ],
    ["dead", null, null, ["Delete unused helper types", "They confuse readers.", "src/types.ts"]],
    [
      "emit",
      ["Emit an event when an order is paid", "After the payment is stored.", "src/orders.ts"],
      ["Publish order-paid events", "From the payment handler.", "src/payments.ts"],
      ["Order paid event is emitted once", "Also when the provider calls twice.", "src/orders.ts"],
    ],
    [
      "refund",
      ["Emit an event when an order is refunded", "After the refund is stored.", "src/orders.ts"],
      ["Publish order-refunded events", "From the refund handler.", "src/payments.ts"],
      ["Order refunded event is emitted once", "Also when the provider calls twice.", "src/orders.ts"],
    ],
  ],
];

/** Written at the same time, never looked at while choosing; recall and precision are reported on it. */
export const HELD_OUT: readonly (readonly Row[])[] = [
  [
    [
      "schema",
      [
        "Add sessions table",
        "Migration that creates sessions(id, user_id, expires_at).",
        "migrations/004_sessions.sql",
      ],
      [
        "Database migration for sessions",
        "Create the sessions table with expiry column.",
        "migrations/004_sessions.sql",
      ],
      [
        "Migrate the database safely",
        "Migration for sessions table has a down step and is tested.",
        "migrations/004_sessions.sql",
      ],
    ],
    [
      "repository",
      [
        "Session repository",
        "create, find, delete and deleteExpired over the sessions table.",
        "src/sessions/repository.ts",
      ],
      ["Persist sessions", "Functions to save, look up and remove sessions.", "src/sessions/store.ts"],
      ["Session storage with expiry", "Lookup never returns an expired session.", "src/sessions/repository.ts"],
    ],
    [
      "hash",
      [
        "Hash passwords with scrypt",
        "hashPassword and verifyPassword, constant-time comparison.",
        "src/auth/password.ts",
      ],
      ["Password hashing", "Use scrypt from node:crypto.", "src/auth/password.ts"],
      [
        "Store passwords only as scrypt hashes",
        "Salt per user, parameters in the hash, timing-safe compare.",
        "src/auth/password.ts",
      ],
    ],
    [
      "login",
      ["Login endpoint", "POST /login checks the password and sets the session cookie.", "src/routes/login.ts"],
      ["Implement POST /login", "Verify credentials, create session, set cookie.", "src/routes/login.ts"],
      [
        "Sign-in route resistant to enumeration",
        "POST /login answers the same for unknown users and wrong passwords.",
        "src/routes/login.ts",
      ],
    ],
    [
      "logout",
      ["Logout endpoint", "POST /logout deletes the session and clears the cookie.", "src/routes/logout.ts"],
      ["Implement POST /logout", "Remove session and cookie.", "src/routes/logout.ts"],
      [
        "Logout invalidates the session on the server",
        "After POST /logout the old cookie is refused.",
        "src/routes/logout.ts",
      ],
    ],
    [
      "guard",
      [
        "Authentication middleware",
        "requireUser loads the session from the cookie or answers 401.",
        "src/middleware/requireUser.ts",
      ],
      ["Guard private routes", "Middleware that answers 401 without a session.", "src/middleware/requireUser.ts"],
      [
        "Protect routes by default",
        "Every route needs a session cookie unless listed as public; else 401.",
        "src/middleware/requireUser.ts",
        "src/routes/index.ts",
      ],
    ],
    [
      "cookie",
      ["Cookie helper", "Serialise the session cookie: HttpOnly, Secure, SameSite=Lax.", "src/http/cookie.ts"],
      ["Set secure cookie attributes", "HttpOnly, Secure and SameSite for the session cookie.", "src/http/cookie.ts"],
      ["Harden the session cookie", "HttpOnly, Secure, SameSite; short Max-Age.", "src/http/cookie.ts"],
    ],
    [
      "cleanup",
      ["Expired session cleanup job", "Hourly job that calls deleteExpired.", "src/jobs/cleanup.ts"],
      ["Scheduled cleanup of old sessions", "Delete expired sessions every hour.", "src/jobs/cleanup.ts"],
      null,
    ],
    [
      "tests",
      ["Tests of the login flow", "Login, private route, logout, private route again.", "tests/auth.test.ts"],
      ["Integration tests for auth", "Whole flow through HTTP.", "tests/auth.test.ts"],
      [
        "Test login, logout and expiry end to end",
        "Including an expired session and a forged cookie.",
        "tests/auth.integration.test.ts",
      ],
    ],
    [
      "lockout",
      null,
      null,
      ["Slow down repeated failed logins", "After five failures wait longer each time.", "src/auth/throttle.ts"],
    ],
  ],
  [
    [
      "index",
      ["Inverted index module", "Build an index from terms to note ids."],
      ["Build a search index", "Map each term to the notes that have it."],
      ["Index notes incrementally", "The term index follows edits and deletions of notes."],
    ],
    [
      "tokens",
      ["Tokenizer", "Split text into lower-case terms, Unicode aware."],
      ["Tokenise note text", "Lower-case words, strip punctuation."],
      ["Unicode-safe tokenizer", "Terms from any language, combining characters normalised."],
    ],
    [
      "rank",
      ["Rank results by BM25", "Score notes by term frequency and length."],
      ["Result ranking", "Order the hits by BM25 score."],
      ["Deterministic ranking of results", "BM25, ties by note id."],
    ],
    [
      "query",
      ["Query parser", "Phrases in quotes, minus excludes."],
      ["Parse search queries", "Support quotes and exclusion with minus."],
      ["Reject malformed queries", "Query parsing reports unbalanced quotes."],
    ],
    [
      "command",
      ["Search command in the CLI", "notes search QUERY prints the best ten."],
      ["Add `notes search`", "Command prints ranked hits."],
      ["CLI: notes search", "Search command exits 1 without hits."],
    ],
    [
      "snippets",
      ["Highlight matches in snippets", "Show the sentence around the hit, term in bold."],
      ["Show snippets with highlighted terms", "A line of context per hit."],
      ["Snippets must not print control characters", "Highlighted snippet text is escaped for the terminal."],
    ],
    [
      "persist",
      ["Persist the index on disk", "Save as JSON next to the notes, versioned."],
      ["Save index to a file", "Load at start, rebuild when missing."],
      ["Survive a damaged index file", "A corrupt index on disk is rebuilt."],
    ],
    [
      "bench",
      ["Benchmark with 10,000 notes", "Search under 50 ms."],
      null,
      ["Performance test on 10,000 notes", "Search answers within 50 ms."],
    ],
    ["stopwords", null, ["Stop words per language", "Ignore very common words."], null],
  ],
  [
    ["crop", ["Crop images to a square", "Centre crop before scaling.", "src/image.ts"], null, null],
    ["exif", null, ["Strip EXIF data", "Privacy: location must not be published.", "src/image.ts"], null],
    ["limit", null, null, ["Refuse files above 10 MB", "Answer 413 before reading the body.", "src/upload.ts"]],
    [
      "thumb",
      ["Generate thumbnails on upload", "Three sizes, stored next to the original.", "src/thumbnails.ts"],
      ["Create thumbnails for uploaded images", "Small, medium, large.", "src/thumbnails.ts"],
      ["Thumbnail generation must not block uploads", "Do it in a queue.", "src/thumbnails.ts", "src/queue.ts"],
    ],
    [
      "avatar",
      ["Avatar upload endpoint", "PUT /me/avatar.", "src/routes/avatar.ts"],
      ["Endpoint to upload an avatar", "PUT /me/avatar stores the image.", "src/routes/avatar.ts"],
      ["Avatar route with type check", "PUT /me/avatar sniffs the content type.", "src/routes/avatar.ts"],
    ],
    [
      "remove",
      ["Avatar deletion endpoint", "DELETE /me/avatar.", "src/routes/avatar.ts"],
      ["Endpoint to delete the avatar", "DELETE /me/avatar falls back to initials.", "src/routes/avatar.ts"],
      null,
    ],
  ],
];

const AGENTS = ["architecture", "delivery", "risk"] as const;

/** The answers of the three agents; an item's id is `meaning` with the agent's letter in front, e.g. `a-login`. */
export function answersOf(rows: readonly Row[]): AgentPlan[] {
  return AGENTS.map((agent, column) => ({
    agent,
    answer: {
      title: "A feature",
      goal: "It works",
      approach: "Step by step",
      risks: [],
      acceptance: [],
      items: rows.flatMap((row): PlanItem[] => {
        const wording = row[column + 1];
        if (!Array.isArray(wording)) return [];
        const [title, description, ...files] = wording as Wording;
        return [{ id: `${agent.charAt(0)}-${row[0]}`, title, description, files, depends_on: [], acceptance: [] }];
      }),
    },
  }));
}
