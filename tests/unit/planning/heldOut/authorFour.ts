import type { PlanAnswer, PlanItem } from "../../../../src/types.ts";
import type { LabelledSet } from "./labelledSet.ts";

type Answer = LabelledSet["answers"][number];

const EFFORTS: Readonly<Record<string, NonNullable<PlanItem["effort"]>>> = { S: "small", M: "medium", L: "large" };

const parts = (text: string, separator: string | RegExp): string[] =>
  text
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");

/** One answer. `rows`: a line per item: id | key | S, M, L or - | needs | title | description | files | acceptance; … */
function plan(agent: string, head: Omit<PlanAnswer, "items">, rows: string): Answer {
  const items: PlanItem[] = [];
  const same: Record<string, string> = {};
  for (const row of parts(rows, "\n")) {
    const cells = row.split("|").map((cell) => cell.trim());
    if (cells.length !== 8) throw new Error(`${cells.length} cells instead of 8: ${row}`);
    const [id = "", key = "", size = "", needs = "", title = "", description = "", files = "", acceptance = ""] = cells;
    const effort = EFFORTS[size];
    same[id] = key;
    items.push({
      id,
      title,
      description,
      files: parts(files, /\s+/),
      depends_on: parts(needs, /\s+/),
      acceptance: parts(acceptance, ";"),
      ...(effort === undefined ? {} : { effort }),
    });
  }
  return { agent, answer: { ...head, items }, same };
}

export const SETS: readonly LabelledSet[] = [
  // Differences: risk highlights hits in the client instead of asking the database; only risk limits the search rate.
  {
    name: "chat message search",
    answers: [
      plan(
        "architecture",
        {
          title: "Full-text message search",
          goal: "Members can search the messages of the channels they belong to.",
          approach:
            "PostgreSQL full-text search behind a search service, one REST route, a result panel in the client.",
          risks: ["The index slows down message inserts", "Search could expose messages of private channels"],
          acceptance: ["A search over one million messages answers within 300 ms"],
        },
        `
        1 | index | M | | Add full-text index to messages | Add a generated tsvector column to the messages table and a GIN index over it. Use the simple configuration so that mixed-language channels behave predictably. | server/migrations/0014_message_search.sql server/src/db/schema.ts | Migration runs up and down; EXPLAIN of a search shows the GIN index
        2 | backfill | S | 1 | Backfill search vectors for old messages | Provide a script that walks the messages table in batches and fills the search column for rows that predate the migration. It must be resumable from the last processed message id. | server/scripts/backfillSearch.ts | Interrupting and restarting the script loses nothing
        3 | parse | M | | Implement search query parser | Turn the raw input into a structured query with free text, quoted phrases and the operators from:, in:, before: and after:. The parser is a pure function without database access. | server/src/search/queryParser.ts | from:anna in:general release is parsed into two filters and one term
        4 | validate | S | 3 | Validate parsed search queries | Reject queries that are empty, too long, or that refer to unknown users or channels. Return typed errors which the route can map to a 400 response. | server/src/search/validateQuery.ts server/src/errors.ts | An unknown channel gives a named error
        5 | query | L | 1 3 | Build the search service | Translate the structured query into SQL, ranked by relevance and recency. Always join on channel membership so that only messages visible to the requesting user are found. | server/src/search/searchService.ts server/src/services/messageService.ts | Messages of foreign private channels never appear; Newer messages win on equal rank
        6 | snippet | S | 5 | Generate highlighted snippets with ts_headline | Let PostgreSQL produce a short excerpt around the matched terms using ts_headline. The service returns it together with each hit. | server/src/search/searchService.ts |
        7 | endpoint | M | 4 5 | Expose GET /api/search endpoint | Add a route that runs the search for the authenticated user and pages through the hits with a cursor. Register it next to the messages routes. | server/src/routes/search.ts server/src/routes/index.ts | Second page has no duplicates
        8 | panel | M | 7 | Add search panel to the client | Create a panel with an input and a result list, opened from the sidebar or with Ctrl+K. Requests are debounced and stale responses are discarded. | client/src/components/SearchPanel.tsx client/src/components/Sidebar.tsx client/src/api/client.ts |
        9 | jump | M | 8 | Jump from result to message | Clicking a hit opens its channel and loads the messages around it. The target message is scrolled into view and briefly highlighted. | client/src/components/MessageList.tsx client/src/store/messages.ts | Works for messages that are not loaded yet
        10 | tests | M | 7 9 | Integration tests for message search | Cover the path from the route to the database with seeded channels and users. Include membership changes, edited and deleted messages. | server/tests/search.integration.test.ts | Deleted messages are not found
        `,
      ),
      plan(
        "delivery",
        {
          title: "Message search",
          goal: "Let users find old messages by text, author, channel and date.",
          approach: "Ship the server side first behind the existing API, then the search UI in two small steps.",
          risks: ["Backfill takes long on production data"],
          acceptance: ["Users can search from the sidebar and open a hit"],
        },
        `
        step-1 | index | S | | Create search migration | Write a migration that adds a search_vector column with a GIN index to messages. Keep it up to date through a generated column rather than a trigger. | server/migrations/0014_add_search_vector.sql | Migration applies on a copy of staging
        step-2 | parse | M | | Parse search operators | Write a small parser which splits the search string into terms and the from:, in:, before: and after: filters. Phrases in quotes stay together. | server/src/search/parseQuery.ts server/tests/parseQuery.test.ts | Table-driven tests for all operators
        step-3 | query | M | step-1 step-2 | Add search to the message service | Extend the message service with a searchMessages method that builds the SQL for the parsed query. Limit results to the user's channels and order them by rank, then date. | server/src/services/messageService.ts server/src/services/channelService.ts | Non-members get no hits from private channels
        step-4 | validate | S | step-2 | Check query input and report errors | Empty or over-long search strings and names of users or channels that do not exist should produce a helpful message. Answer them with status 400 and an error code. | server/src/search/parseQuery.ts server/src/errors.ts |
        step-5 | endpoint | S | step-3 step-4 | Search API route | Add GET /api/search to the router with q, cursor and limit parameters. Uses the existing auth middleware and cursor helper. | server/src/routes/search.ts server/src/routes/index.ts docs/api.md | Documented in docs/api.md; Limit is capped at 50
        step-6 | snippet | S | step-5 | Return snippets with marked terms | Each search hit should carry an excerpt with the matching words marked. Use ts_headline in the search SQL so the client only has to render it. | server/src/services/messageService.ts |
        step-7 | backfill | M | step-1 | Index existing messages | Write a one-off script that updates old messages in chunks so they become searchable. Log progress and allow continuing after an abort. | server/scripts/reindexMessages.ts | Runs on staging without blocking writes
        step-8 | panel | M | step-5 | Build search UI | Add a search box to the sidebar and a panel listing the results with author, channel and time. Debounce typing and show loading and empty states. | client/src/components/Sidebar.tsx client/src/components/SearchResults.tsx client/src/api/client.ts | Empty state is shown if there are no hits
        step-9 | jump | M | step-8 | Open a search hit in its channel | Selecting a result navigates to the channel and scrolls the message list to the message. Fetch the surrounding messages if they are not in the store. | client/src/components/MessageList.tsx client/src/store/messages.ts |
        step-10 | tests | M | step-5 step-7 | Write search integration tests | Seed a test database with several channels and check search results through the API. Verify permissions, paging, edits and deletions. | server/tests/search.test.ts | Suite runs in CI
        `,
      ),
      plan(
        "risk",
        {
          title: "Add safe message search",
          goal: "Search across messages without leaking private content or overloading the database.",
          approach: "Restrict by membership inside the SQL, treat all input as hostile, roll out after the backfill.",
          risks: ["Leak of private messages", "Expensive queries", "HTML injection through highlighted text"],
          acceptance: ["No search returns a message the user could not read", "Database load stays within its budget"],
        },
        `
        R1 | index | - | | Introduce tsvector column and GIN index | Add the index concurrently so that writes to the messages table are not locked. Provide a down migration and measure the insert overhead. | server/migrations/0014_message_search.sql | No lock longer than one second; Rollback tested
        R2 | backfill | - | R1 | Batch backfill of historical messages | Populate the search vector of existing rows in small throttled batches outside the migration. The job needs a checkpoint so that a crash does not force a restart from zero. | server/scripts/backfillSearch.ts | Checkpoint survives a crash
        R3 | parse | - | | Search query parsing | Convert user input to terms and operators (from, in, before, after) without ever passing raw text to to_tsquery. Unbalanced quotes and unknown operators are treated as plain text. | server/src/search/queryParser.ts | Fuzzed input never throws
        R4 | validate | - | R3 | Reject invalid or abusive queries | Enforce a maximum length and number of terms, and refuse queries without a usable term. Errors must not reveal whether a private channel exists. | server/src/search/queryParser.ts server/src/errors.ts | Unknown and hidden channels give the same error
        R5 | query | - | R1 R3 | Membership-restricted search query | Implement the search SQL with the channel membership check inside the statement, not as a filter afterwards. Set a statement timeout and rank hits by relevance. | server/src/search/searchService.ts server/src/services/channelService.ts | Left channels are excluded; Timeout yields a clean error
        R6 | endpoint | - | R4 R5 | Search endpoint with cursor pagination | Add the /api/search route for authenticated users with an opaque cursor. Do not return total counts, as they are expensive. | server/src/routes/search.ts server/src/routes/index.ts | Tampered cursors are refused
        R7 | rate | - | R6 | Rate limit search requests | Search is far more expensive than other calls, so give it a separate, lower limit per user. Reuse the existing rate limit middleware and answer 429 with Retry-After. | server/src/middleware/rateLimit.ts server/src/config.ts | The 31st request in a minute gets 429
        R8 | panel | - | R6 | Search panel in the sidebar | Add the input and result list to the client and cancel outdated requests while typing. Failures and timeouts must show a message rather than an empty list. | client/src/components/SearchPanel.tsx client/src/components/Sidebar.tsx | Network errors are visible to the user
        R9 | clientmark | - | R8 | Highlight terms in React without HTML | The server returns plain message text only. The client splits it at the matched words and renders mark elements, so that no markup from a message is ever interpreted. | client/src/components/HighlightedText.tsx | A message with a script tag is shown literally
        R10 | jump | - | R8 | Navigate to a found message safely | Opening a result loads the messages around it, even far back in the history. If the message was deleted in the meantime, tell the user. | client/src/store/messages.ts client/src/components/MessageList.tsx | Deleted target shows a notice
        R11 | tests | - | R6 | End-to-end permission and search tests | Test search through the API with private channels, removed members and deleted messages against a real database. These tests must block a release. | server/tests/search.integration.test.ts | Every visibility rule has a test
        `,
      ),
    ],
  },
  // Differences: delivery writes JSONC where the others drop comments for JSON; only risk fuzzes the readers.
  {
    name: "config converter keeps comments",
    answers: [
      plan(
        "architecture",
        {
          title: "Preserve comments across conversions",
          goal: "Converting between YAML and TOML keeps the comments of the source file.",
          approach: "Carry comments in the format-neutral node tree; each reader fills them, each writer emits them.",
          risks: ["The TOML library drops comments while parsing"],
          acceptance: ["YAML to TOML and back keeps all comments"],
        },
        `
        node-model | model | M | | Extend node tree with comments | Add head, line and foot comments to the Node type which all formats share. Nodes without comments must not grow noticeably in memory. | internal/model/node.go internal/model/node_test.go | Equal ignores comments unless asked
        yaml-reader | yamlread | M | node-model | Capture comments in YAML reader | Map the comment fields of yaml.Node onto the model when decoding. Foot comments at the end of a document belong to the root. | internal/formats/yaml/reader.go | Comments above, beside and below a key are read
        toml-reader | tomlread | L | node-model | Capture comments in TOML reader | The current decoder discards comments, so switch to the unstable parser API of go-toml and attach comments to the following key or table. Keep error positions as they are. | internal/formats/toml/reader.go go.mod | Line numbers in errors are unchanged
        yaml-writer | yamlwrite | S | node-model | Emit comments in YAML writer | Set the comment fields on the yaml.Node tree before encoding. Multi-line comments get a hash on each line. | internal/formats/yaml/writer.go |
        toml-writer | tomlwrite | M | node-model | Emit comments in TOML writer | Print head comments above keys and tables and line comments behind values. Comments inside inline tables move above the table, since TOML has no place for them. | internal/formats/toml/writer.go | Output parses again
        json-writer | json | S | node-model | Drop comments for JSON with warning | JSON cannot hold comments, so the JSON writer leaves them out. Collect how many were lost and print one warning to stderr. | internal/formats/json/writer.go internal/pipeline/pipeline.go | The warning names the number of lost comments
        transforms | transforms | M | node-model | Keep comments through transforms | Rename, merge and delete operations rebuild nodes and would lose comments. Let them copy comments along with the node they belong to. | internal/transform/rename.go internal/transform/merge.go | A renamed key keeps its comment
        cli-flag | flag | S | yaml-writer toml-writer | Add --comments flag | Introduce --comments with the values keep and drop, keep being the default. Pass it as an option through the pipeline to the writers. | cmd/convert.go internal/pipeline/options.go | An unknown value exits with code 2
        golden | golden | M | cli-flag | Golden files for commented configs | Add pairs of commented input and expected output for each combination of formats. Extend the golden test runner to load them. | testdata/comments internal/pipeline/golden_test.go | go test -update regenerates them
        roundtrip | roundtrip | M | yaml-writer toml-writer | Round-trip property tests | Generate random trees with comments, write and read them in each format and compare. Both values and comments must survive. | internal/pipeline/roundtrip_test.go |
        docs | docs | S | cli-flag | Document comment handling | Explain in the README what is kept between which formats and where comments move. Mention the new flag. | README.md CHANGELOG.md |
        `,
      ),
      plan(
        "delivery",
        {
          title: "Comment-preserving conversion",
          goal: "Users keep their comments when they convert configuration files.",
          approach: "Model first, then one format at a time, each step releasable.",
          risks: ["TOML takes longer than planned"],
          acceptance: ["Released with docs and golden tests"],
        },
        `
        1 | model | S | | Add comment fields to Node | Extend the Node struct with comments before, after and on the same line. Update clone and equality helpers accordingly. | internal/model/node.go | Existing tests stay green
        2 | yamlread | S | 1 | Read YAML comments | Take HeadComment, LineComment and FootComment from yaml.v3 and store them on our nodes. Cover mappings and sequences. | internal/formats/yaml/reader.go internal/formats/yaml/reader_test.go |
        3 | yamlwrite | S | 1 | Write YAML comments | Output the stored comments when encoding YAML. Blank lines between comment blocks are kept if possible. | internal/formats/yaml/writer.go internal/formats/yaml/writer_test.go | A commented file converts from YAML to YAML unchanged
        4 | tomlread | L | 1 | Read TOML comments | go-toml does not return comments through the normal API. Replace the decoding in the reader with its AST parser and assign each comment to the nearest key. | internal/formats/toml/reader.go internal/formats/toml/reader_test.go |
        5 | tomlwrite | M | 1 | Write TOML comments | Make the TOML writer print comments above keys and tables or at the end of the line. For inline tables and arrays put them before the whole value. | internal/formats/toml/writer.go internal/formats/toml/writer_test.go | The output is valid TOML
        6 | jsonc | M | 1 | Support JSONC as output format | Add a jsonc target which writes JSON with // comments, so nothing is lost for tools that accept it. Choose it by the .jsonc file extension or --to jsonc. | internal/formats/jsonc/writer.go internal/formats/registry.go | VS Code settings keep their comments
        7 | flag | S | 3 5 | Command line option for comments | Users need a way to switch the feature off. Add --comments=keep or drop to the convert command and hand it to the pipeline. | cmd/convert.go internal/pipeline/pipeline.go | Help text lists the option
        8 | transforms | M | 1 | Preserve comments in rename and merge | The transform commands create new nodes and forget the comments. Carry them over, and on a merge prefer the comment of the overriding file. | internal/transform/rename.go internal/transform/merge.go |
        9 | golden | S | 7 | Add golden tests with comments | Create commented sample files in testdata and the expected result of each conversion. Hook them into the present golden test. | testdata/comments/*.yaml testdata/comments/*.toml internal/pipeline/golden_test.go | All format pairs covered
        10 | roundtrip | M | 5 | Round-trip tests for comments | Convert from YAML to TOML and back and check that neither values nor comments changed. Use generated inputs besides the fixtures. | internal/pipeline/roundtrip_test.go |
        11 | docs | S | 7 | Update README and changelog | Describe the comment support, its limits and the --comments option. Add an entry for the next minor version. | README.md CHANGELOG.md |
        `,
      ),
      plan(
        "risk",
        {
          title: "Keep comments without breaking output",
          goal: "Comments survive conversions and values never change because of them.",
          approach: "Treat comments as optional metadata; every loss is reported, every format is tested both ways.",
          risks: ["Values change silently", "Comments attach to the wrong key", "Parser swap changes accepted TOML"],
          acceptance: ["Values are identical with and without comments", "No silent loss"],
        },
        `
        T1 | model | - | | Comment metadata on model nodes | Store comments on nodes as optional data which never takes part in value comparison. Old call sites must compile and behave as before. | internal/model/node.go | Comparison of values is unaffected
        T2 | tomlread | - | T1 | Replace TOML parser to retain comments | Moving the reader to the go-toml AST is the riskiest change, because accepted input or errors may differ. Run the official toml-test suite against it before and after. | internal/formats/toml/reader.go go.mod | toml-test passes as before; Comments attach to the right key
        T3 | yamlread | - | T1 | Retain YAML comments on read | Copy the comments from yaml.Node and take care of anchors, aliases and multi-document files. A comment must not be attached twice when an alias is expanded. | internal/formats/yaml/reader.go | An alias does not duplicate comments
        T4 | tomlwrite | - | T1 | Serialize comments to TOML | Write comments so that they can never end up inside a value or a multi-line string. Control characters that TOML forbids in comments are removed. | internal/formats/toml/writer.go | Output is always parseable
        T5 | yamlwrite | - | T1 | Serialize comments to YAML | Emit comments through the encoder, not by string concatenation. Check indentation within nested sequences. | internal/formats/yaml/writer.go |
        T6 | json | - | T1 | Warn about comments lost in JSON | When the target is JSON, comments are dropped. Tell the user on stderr and keep stdout clean so that pipes do not break. | internal/formats/json/writer.go cmd/convert.go | stdout holds only JSON
        T7 | flag | - | T4 T5 | Comments flag with safe default | Add a --comments option to turn preservation off when it causes trouble. Invalid values must be refused before any file is written. | cmd/convert.go internal/pipeline/options.go | With drop the output equals that of the last release
        T8 | transforms | - | T1 | Avoid losing comments in transforms | Check rename, merge and delete for nodes that are rebuilt without comments. Deleting a key must delete its comment too and not leave it to the neighbour. | internal/transform/merge.go internal/transform/delete.go internal/transform/rename.go | No orphaned comments after delete
        T9 | roundtrip | - | T4 T5 | Property-based round-trip checks | For random documents, reading what was written must give equal values and comments in YAML and TOML. Report the smallest failing document. | internal/pipeline/roundtrip_test.go | 10,000 cases without a failure
        T10 | fuzz | - | T2 T3 | Fuzz the readers | Add native Go fuzz targets for both readers, seeded from testdata, and run them for a few minutes each night. Panics and endless loops on hostile files are what they look for. | internal/formats/yaml/fuzz_test.go internal/formats/toml/fuzz_test.go .github/workflows/nightly.yml | An hour of fuzzing finds no panic
        T11 | golden | - | T7 | Golden regression files with comments | Fix the expected output for commented files for all pairs of formats. Old golden files must not change. | testdata/comments internal/pipeline/golden_test.go | git diff shows only new files
        T12 | docs | - | T7 | Describe limits in documentation | State which comments move or vanish for each target format so that nobody is surprised. Document the flag and the warning. | README.md |
        `,
      ),
    ],
  },
  // Differences: architecture expires by delayed messages instead of a scheduled job; delivery splits confirm and release.
  {
    name: "warehouse stock reservations",
    answers: [
      plan(
        "architecture",
        {
          title: "Stock reservations",
          goal: "Orders can hold stock for a limited time before they are confirmed.",
          approach:
            "A Reservation aggregate next to StockItem, state changes in one service, expiry by the message broker.",
          risks: ["Deadlocks on orders with many articles"],
          acceptance: ["Stock is never oversold"],
        },
        `
        A1 | migration | S | | Create reservation schema | Add a Flyway migration with the tables reservation and reservation_line. Index by status and expiry and reference stock_item. | src/main/resources/db/migration/V12__stock_reservation.sql | Migration runs on PostgreSQL 15
        A2 | entity | S | A1 | Reservation entity and repository | Model Reservation with its lines and the states HELD, CONFIRMED, RELEASED and EXPIRED as a JPA entity. Add a Spring Data repository with the finders the service needs. | src/main/java/com/acme/stock/reservation/Reservation.java src/main/java/com/acme/stock/reservation/ReservationRepository.java |
        A3 | reserve | L | A2 | Implement reserve operation with locking | ReservationService.reserve checks availability and creates the hold in one transaction. Lock stock items pessimistically in article order to rule out deadlocks. | src/main/java/com/acme/stock/reservation/ReservationService.java src/main/java/com/acme/stock/StockItemRepository.java | Two parallel requests for the last piece: exactly one wins
        A4 | settle | M | A3 | Implement confirm and release transitions | Confirming a reservation reduces the physical stock, releasing it returns the quantity. Illegal transitions raise a domain exception. | src/main/java/com/acme/stock/reservation/ReservationService.java src/main/java/com/acme/stock/StockService.java | Confirming twice is harmless
        A5 | available | M | A2 | Calculate available quantity | Available stock is physical quantity minus active holds. Provide it as a query projection and return it in the existing stock response. | src/main/java/com/acme/stock/StockService.java src/main/java/com/acme/stock/StockResponse.java | Old fields of the response are unchanged
        A6 | delayed | M | A3 | Expire holds through delayed RabbitMQ messages | Publish a message with a TTL for each new hold and let it dead-letter into an expiry queue. A listener consumes that queue and expires the hold if it is still open. | src/main/java/com/acme/stock/messaging/HoldExpiryListener.java src/main/java/com/acme/stock/messaging/RabbitConfig.java | A hold ends within five seconds of its TTL
        A7 | rest | M | A4 | REST controller for reservations | Offer POST /reservations and the sub-resources confirm and release. Use request records with bean validation. | src/main/java/com/acme/stock/reservation/ReservationController.java src/main/java/com/acme/stock/reservation/ReservationRequest.java | OpenAPI lists the three operations
        A8 | errors | S | A7 | Map reservation errors to problem details | Extend the exception handler so that insufficient stock becomes 409 and an unknown reservation 404. Include the short articles in the body. | src/main/java/com/acme/common/GlobalExceptionHandler.java |
        A9 | events | M | A4 | Publish reservation events | Publish StockReserved, ReservationConfirmed and ReservationReleased after commit through the existing event publisher. Consumers are the order and the shop service. | src/main/java/com/acme/stock/events/StockEventPublisher.java src/main/java/com/acme/stock/events/ReservationEvent.java | No event after a rollback
        A10 | concurrency | M | A3 | Concurrency tests with Testcontainers | Run many parallel reservations against a real PostgreSQL and compare the sums. The test must fail if locking is removed. | src/test/java/com/acme/stock/reservation/ReservationConcurrencyIT.java | No overselling in 1000 attempts
        `,
      ),
      plan(
        "delivery",
        {
          title: "Reserve stock for orders",
          goal: "The order service can reserve, confirm and release stock through the API.",
          approach: "Thin vertical slices: hold first, then confirm, release and expiry.",
          risks: ["The order team needs the API early"],
          acceptance: ["The order service can use the API on staging"],
        },
        `
        db-schema | migration | S | | Flyway migration for reservations | Add tables for reservations and their lines with status, quantity and expires_at. Include foreign keys to stock_item. | src/main/resources/db/migration/V12__reservations.sql |
        jpa-model | entity | S | db-schema | Add JPA model for reservations | Create the Reservation and ReservationLine entities plus a repository. Status is an enum stored as a string. | src/main/java/com/acme/stock/reservation/Reservation.java src/main/java/com/acme/stock/reservation/ReservationLine.java src/main/java/com/acme/stock/reservation/ReservationRepository.java | Repository slice test
        svc-reserve | reserve | M | jpa-model | Reserve stock in the service layer | Write a transactional reserve method which verifies that enough is available and stores the hold. Select the stock rows for update to be safe against parallel orders. | src/main/java/com/acme/stock/reservation/ReservationService.java | Insufficient stock throws and stores nothing
        svc-confirm | settle | M | svc-reserve | Confirm a reservation | When an order ships, the reservation is confirmed and the physical quantity goes down. Repeated calls must return the same result. | src/main/java/com/acme/stock/reservation/ReservationService.java src/main/java/com/acme/stock/StockService.java | Stock is reduced once
        svc-release | release | S | svc-reserve | Release a reservation | A cancelled order gives its reserved quantity back. Released reservations stay in the table for reporting. | src/main/java/com/acme/stock/reservation/ReservationService.java | Quantity is available again
        availability | available | S | jpa-model | Show available stock in the API | Extend the stock response by an available field, which is the quantity on hand less reserved quantity. Adapt the query so that there is no N+1 problem. | src/main/java/com/acme/stock/StockController.java src/main/java/com/acme/stock/StockService.java src/main/java/com/acme/stock/StockResponse.java |
        api | rest | M | svc-confirm svc-release | Reservation REST endpoints | Add a controller with endpoints to create, confirm and release reservations. Validate the input and document it with OpenAPI annotations. | src/main/java/com/acme/stock/reservation/ReservationController.java | MockMvc tests for all endpoints
        api-errors | errors | S | api | Error responses for reservations | Return 409 if there is not enough stock and 404 for unknown ids, in the problem format of the other endpoints. Add the handlers to GlobalExceptionHandler. | src/main/java/com/acme/common/GlobalExceptionHandler.java |
        expiry-job | job | M | svc-release | Scheduled job to expire reservations | A @Scheduled method looks every minute for holds past their expires_at and sets them to expired. Interval and hold time are read from application.yml. | src/main/java/com/acme/stock/reservation/ReservationExpiryJob.java src/main/resources/application.yml | Expired holds free their stock
        events | events | S | svc-confirm | Send events on reservation changes | Use StockEventPublisher to tell other services about reserved, confirmed and released stock. Send only after the transaction has committed. | src/main/java/com/acme/stock/events/StockEventPublisher.java |
        it-tests | concurrency | M | api | Parallel reservation integration test | Start PostgreSQL with Testcontainers and reserve the same article from several threads. Check that the reserved sum never exceeds the stock. | src/test/java/com/acme/stock/reservation/ReservationIT.java | Stable in 50 CI runs
        `,
      ),
      plan(
        "risk",
        {
          title: "Reservations without overselling",
          goal: "Hold stock reliably under concurrency, crashes and retries.",
          approach: "Locks in the database, idempotent transitions, recovery by a periodic job.",
          risks: ["Overselling", "Holds that never end", "Events for rolled back changes"],
          acceptance: ["Invariant: held plus free equals physical stock"],
        },
        `
        1 | migration | - | | Reservation tables with constraints | Create the reservation tables and let check constraints forbid negative quantities and unknown states. The migration must not lock stock_item for long. | src/main/resources/db/migration/V12__stock_reservation.sql | Negative quantity is refused by the database
        2 | entity | - | 1 | Persist reservations as JPA entities | Add entity and repository with a @Version column to detect lost updates. Guard the state field so that it changes only through methods. | src/main/java/com/acme/stock/reservation/Reservation.java src/main/java/com/acme/stock/reservation/ReservationRepository.java |
        3 | reserve | - | 2 | Atomic reservation with row locks | Availability check and hold must happen under a lock on the stock rows within one transaction. Sort the articles before locking and set a lock timeout. | src/main/java/com/acme/stock/reservation/ReservationService.java src/main/java/com/acme/stock/StockItemRepository.java | No deadlock with crossing orders; A lock timeout gives a retryable error
        4 | concurrency | - | 3 | Stress test for concurrent reservations | Hammer the service with parallel reserve calls on PostgreSQL in Testcontainers. Assert the stock invariant after each run. | src/test/java/com/acme/stock/reservation/ReservationConcurrencyIT.java | Invariant holds after 5000 calls
        5 | settle | - | 3 | Idempotent confirm and release | Both transitions can be called again after a network failure without changing stock twice. Confirming an expired or released reservation has to fail clearly. | src/main/java/com/acme/stock/reservation/ReservationService.java src/main/java/com/acme/stock/StockService.java | A retry changes nothing; Wrong order of calls is refused
        6 | job | - | 5 | Expiry scheduler safe on several instances | Periodically expire overdue holds in small batches using SKIP LOCKED, so that several instances do not collide. A failing hold must not stop the rest of the batch. | src/main/java/com/acme/stock/reservation/ReservationExpiryScheduler.java src/main/resources/application.yml | Two instances expire each hold once
        7 | available | - | 2 | Correct availability under holds | Compute the available quantity from physical stock and open holds in one statement. Cached stock values need to be evicted on each change. | src/main/java/com/acme/stock/StockService.java | Available is never negative
        8 | rest | - | 5 | Reservation API with input validation | Add the controller for creating, confirming and releasing reservations. Limit the number of lines and the quantity, and require the order role. | src/main/java/com/acme/stock/reservation/ReservationController.java src/main/java/com/acme/config/SecurityConfig.java | Requests without the role get 403
        9 | errors | - | 8 | Consistent conflict and not-found responses | Callers have to tell a shortage from a temporary lock problem. Map the exceptions to 409, 404 and 503 in the global handler without internal details. | src/main/java/com/acme/common/GlobalExceptionHandler.java |
        10 | events | - | 5 | Emit events only after commit | Other services must not see a reservation that was rolled back. Publish reservation events with a transactional event listener in the AFTER_COMMIT phase. | src/main/java/com/acme/stock/events/StockEventPublisher.java | A rollback emits nothing
        `,
      ),
    ],
  },
  // Differences: delivery leaves out import and export; only risk guards the limit of dynamic rules.
  {
    name: "tracker blocker site exceptions",
    answers: [
      plan(
        "architecture",
        {
          title: "Per-site exceptions",
          goal: "Users can switch blocking off for a site, for good or for a while.",
          approach:
            "Exceptions live in storage; the background turns them into dynamic allow rules; UIs only send messages.",
          risks: ["Service worker is stopped at any time"],
          acceptance: ["Toggling a site takes effect without a browser restart"],
        },
        `
        step-1 | store | S | | Define exception storage model | Add an exceptions record to the stored settings with hostname, creation time and optional end. Provide typed accessors and a migration from the previous version. | src/shared/storage.ts src/shared/types.ts | Old settings load without an error
        step-2 | normalise | S | | Normalize hostnames to registrable domains | Introduce a helper that reduces a tab URL to its registrable domain using the public suffix list. Internal pages and file URLs yield nothing. | src/shared/hostname.ts | www.shop.co.uk becomes shop.co.uk
        step-3 | rules | L | step-1 step-2 | Generate dynamic allow rules | Extend the rule manager to turn each exception into an allowAllRequests rule with higher priority than the block lists. Rule ids are derived from a reserved range. | src/background/ruleManager.ts | No tracker is blocked on an excepted site
        step-4 | reconcile | M | step-3 | Reconcile rules on startup | When the service worker starts or the extension is updated, compare the dynamic rules with the stored exceptions. Add what is missing and remove what is stale. | src/background/serviceWorker.ts src/background/ruleManager.ts | Stale rules are removed after an update
        step-5 | pause | M | step-3 | Support temporary pause with alarms | Let an exception end after an hour or at the end of the day. Use chrome.alarms, since timers do not survive the service worker. | src/background/pauseTimer.ts src/background/serviceWorker.ts manifest.json | Blocking resumes on time after a restart
        step-6 | popup | M | step-3 step-5 | Add site toggle to popup | Show the current domain with a switch and a choice of pause lengths. The popup talks to the background by the existing message types. | src/popup/Popup.tsx src/shared/messages.ts | Toggle reflects the stored state
        step-7 | options | M | step-1 | Manage exceptions on options page | Add a table of all exceptions with search, remove and add by hand. Paused sites show the remaining time. | src/options/Options.tsx src/options/ExceptionList.tsx |
        step-8 | badge | S | step-3 | Reflect exception state in toolbar icon | Use a grey icon and no counter on sites with an exception. Update on tab switch, navigation and toggle. | src/background/badge.ts public/icons | Icon is right after switching tabs
        step-9 | transfer | M | step-7 | Import and export exception list | Allow downloading the exceptions as JSON and loading them again, merging with what is there. Validate the file before anything is stored. | src/options/transfer.ts src/options/Options.tsx | Invalid files change nothing
        step-10 | e2e | M | step-6 step-7 | End-to-end tests with Puppeteer | Load the built extension in Chromium and visit a local page with fake trackers. Check blocking before, during and after an exception. | tests/e2e/exceptions.test.ts tests/e2e/fixtures |
        `,
      ),
      plan(
        "delivery",
        {
          title: "Allow list for sites",
          goal: "A user whose site breaks can disable blocking there with one click.",
          approach: "Popup toggle first, then pause and list management.",
          risks: ["Store review takes several days"],
          acceptance: ["One click in the popup unbreaks a site"],
        },
        `
        T1 | store | S | | Store site exceptions | Extend the storage module with a list of excepted sites, each with an optional expiry. Bump the settings version and migrate. | src/shared/storage.ts |
        T2 | normalise | S | | Add hostname helper | Write a function returning the registrable domain of a URL, with tldts as the dependency. Handle localhost, IP addresses and browser pages. | src/shared/domain.ts package.json | Unit tests for the odd cases
        T3 | rules | M | T1 T2 | Apply exceptions as dynamic rules | Use declarativeNetRequest.updateDynamicRules to add an allow rule for each excepted site. Put it into ruleManager and call it upon each change. | src/background/ruleManager.ts | Requests on an excepted site pass
        T4 | popup | M | T3 | Popup switch for the current site | Add a toggle to the popup that turns blocking off for the site in the active tab and reloads it. Also offer pausing for one hour. | src/popup/Popup.tsx src/popup/popup.css src/shared/messages.ts | Works with the keyboard
        T5 | badge | S | T3 | Toolbar badge for excepted sites | Change icon and badge text if the active tab's site has an exception. Listen to tab and storage changes. | src/background/badge.ts public/icons/disabled-32.png |
        T6 | pause | M | T3 | Pause blocking for a limited time | Add exceptions with an end and remove them by a chrome.alarms alarm. Needs the alarms permission in the manifest. | src/background/serviceWorker.ts manifest.json | Pause ends after the browser was closed in between
        T7 | options | M | T1 | Exceptions list in options | Show all excepted sites on the options page with a delete button and an input to add one. Sort by name. | src/options/Options.tsx src/options/Exceptions.tsx _locales/en/messages.json | Removing a site re-enables blocking
        T8 | reconcile | S | T3 | Sync rules at startup | On install, update and browser start rebuild the dynamic rules from storage. That way both cannot drift apart. | src/background/serviceWorker.ts |
        T9 | e2e | M | T4 T6 | Puppeteer tests for exceptions | Automate the main flows in a real browser: toggle, pause, removal from the list. Use a local server with tracker look-alikes. | tests/e2e/exceptions.test.ts | Runs headless in CI
        `,
      ),
      plan(
        "risk",
        {
          title: "Safe per-site exceptions",
          goal: "Exceptions never allow more than the user asked for.",
          approach: "Narrow rules, storage as the only truth, recovery after every restart.",
          risks: ["Exception too broad", "Pause never ends", "Rule limit exceeded"],
          acceptance: ["Other sites stay protected while one is excepted"],
        },
        `
        1 | store | - | | Versioned storage for exceptions | Save exceptions with a schema version and tolerate broken or missing entries on load. Concurrent writes from popup and options must not overwrite each other. | src/shared/storage.ts | A corrupt entry is skipped
        2 | normalise | - | | Strict hostname normalization | Derive the domain for an exception with the public suffix list so that nobody can allow co.uk as a whole. Punycode and trailing dots have to be treated uniformly. | src/shared/hostname.ts | Public suffixes are refused
        3 | rules | - | 1 2 | Narrow allow rules for excepted sites | Build the dynamic rules so that they apply to the top-level site only and not to its embeds on other pages. Priority must beat all static rules. | src/background/ruleManager.ts public/rules/base.json | An embedded excepted site is still blocked elsewhere
        4 | quota | - | 3 | Guard against the dynamic rule limit | Browsers cap the number of dynamic rules, and Firefox has another cap than Chrome. Combine domains into shared rules near the cap and tell the user when it is reached. | src/background/ruleManager.ts src/shared/limits.ts | 10,000 sites do not raise an error
        5 | reconcile | - | 3 | Repair rule drift at startup | After crashes or updates stored exceptions and active rules may differ. Compare both at each service worker start, with storage as the truth. | src/background/serviceWorker.ts src/background/ruleManager.ts | A manually deleted rule comes back
        6 | pause | - | 3 | Reliable end of temporary pauses | Alarms may be missed while the computer sleeps. Besides the alarm check the end time of each pause at start and on navigation. | src/background/serviceWorker.ts manifest.json | No pause outlives its end by more than a minute
        7 | popup | - | 3 | Popup toggle with clear state | Add the switch for the current site and show exactly which domain it affects. If saving fails, the toggle returns to its old position. | src/popup/Popup.tsx src/shared/messages.ts | Failed save is visible
        8 | badge | - | 3 | Show disabled protection in the icon | Users forget about exceptions, so the toolbar icon has to show when blocking is off for the tab. Keep it right across navigation. | src/background/badge.ts |
        9 | options | - | 1 | Review exceptions in the options page | List every exception with its age and end so that users can clean up. Ask before removing all. | src/options/Options.tsx | Removal takes effect at once
        10 | transfer | - | 9 | Validated import and export of exceptions | Imported JSON is untrusted: check size, schema and each hostname before merging. The export must not contain anything except the list. | src/options/importExport.ts | Hostile files are rejected whole
        11 | e2e | - | 5 7 | Browser tests for blocking and exceptions | Check in Chromium that an exception affects one site only, and that it survives a restart of the service worker. Include the end of a pause. | tests/e2e/exceptions.test.ts | Neighbour site stays blocked
        `,
      ),
    ],
  },
  // Differences: risk splits the Winkler score from coverage; architecture leaves out saving of calibrated models.
  {
    name: "forecast prediction intervals",
    answers: [
      plan(
        "architecture",
        {
          title: "Prediction intervals for all models",
          goal: "Every forecaster can return calibrated intervals besides point forecasts.",
          approach:
            "An interval-aware Forecast type, native intervals where possible, a conformal wrapper for all others.",
          risks: ["Changing predict breaks third-party models"],
          acceptance: ["fit and predict(level=[80, 95]) works with every model"],
        },
        `
        forecast-type | result | M | | Extend Forecast with interval bounds | Let the Forecast result hold lower and upper bounds per level besides the mean. Add accessors and a conversion into a tidy DataFrame. | forecastkit/forecast.py | Old code reading only the mean still runs
        base-api | base | M | forecast-type | Add level parameter to base predict | Extend Forecaster.predict with an optional level argument and validate it centrally. Models without interval support raise a descriptive error. | forecastkit/models/base.py forecastkit/exceptions.py | Third-party subclasses without level keep working
        ets-native | ets | M | base-api | Native intervals for ETS | Derive the forecast variance from the state space form for additive models. Use simulation for the multiplicative ones. | forecastkit/models/ets.py | Matches the R forecast package within 1 %
        arima-native | arima | M | base-api | Native intervals for ARIMA | Calculate the bounds from the psi weights and the residual variance. Seasonal and differenced models must be covered. | forecastkit/models/arima.py | Matches statsmodels
        residuals | residuals | M | | Collect calibration residuals by rolling origin | Reuse the backtest splitter to gather out-of-sample errors for each horizon. The number of windows is configurable. | forecastkit/backtest.py forecastkit/conformal/residuals.py | No window sees future data
        conformal | conformal | L | base-api residuals | Implement ConformalForecaster wrapper | Wrap any forecaster and turn the calibration residuals into intervals by horizon-wise quantiles. Symmetric and asymmetric variants are supported. | forecastkit/conformal/wrapper.py forecastkit/conformal/__init__.py | Empirical coverage within 2 points of the level
        metrics | metrics | S | forecast-type | Add interval metrics | Add coverage, mean width and the Winkler score to the metrics module. All accept arrays and Forecast objects. | forecastkit/metrics.py |
        backtest | backtest | S | metrics | Report interval quality in backtests | Pass levels through the backtest and add the interval metrics to its result table. Results without levels look as before. | forecastkit/backtest.py | Table has one row per level
        plot | plot | S | forecast-type | Plot prediction bands | Extend plot_forecast to shade the intervals, darker for narrower levels. Series and backtest plots share the helper. | forecastkit/plotting.py |
        tests | tests | M | conformal | Simulation tests for coverage | Simulate series with known noise and check that intervals reach their nominal coverage. Seed the generators and mark the slow ones. | tests/test_coverage.py |
        docs | docs | S | conformal plot | Write interval tutorial | Add a guide that explains native and conformal intervals with an example notebook. Extend the API reference. | docs/guides/intervals.md docs/api.rst |
        `,
      ),
      plan(
        "delivery",
        {
          title: "Prediction intervals",
          goal: "Users get uncertainty bounds with each forecast.",
          approach: "Result type and API first, conformal wrapper for everybody, then native intervals model by model.",
          risks: ["Release slips because of ARIMA"],
          acceptance: ["Released as 0.9 with tutorial"],
        },
        `
        1 | result | S | | Add intervals to the Forecast class | Store bounds for each requested level in Forecast and include them in to_frame. Keep the mean attribute as it is. | forecastkit/forecast.py tests/test_forecast.py | Column names are mean, lo-80, hi-80
        2 | base | S | 1 | Accept levels in predict | Add level=None to predict in the base class and check that values are between 0 and 100. Update all model signatures. | forecastkit/models/base.py forecastkit/models/naive.py forecastkit/models/ets.py forecastkit/models/arima.py | Point forecasts are unchanged
        3 | residuals | M | | Compute rolling-origin residuals | Write a function which refits the model on several cutoffs and returns errors by horizon. Build on the splitter in backtest.py. | forecastkit/backtest.py forecastkit/conformal.py |
        4 | conformal | M | 2 3 | Conformal prediction wrapper | Create a ConformalForecaster that takes any model and makes intervals from quantiles of the calibration errors. Export it at package level. | forecastkit/conformal.py forecastkit/__init__.py | Works with every bundled model
        5 | arima | M | 2 | ARIMA prediction intervals | Implement analytic intervals for ARIMA through the moving average representation. Compare with statsmodels in the tests. | forecastkit/models/arima.py tests/test_arima.py |
        6 | ets | M | 2 | ETS prediction intervals | Implement analytic intervals for the additive ETS variants and simulated paths for the others. Compare with values from R. | forecastkit/models/ets.py tests/test_ets.py |
        7 | metrics | S | 1 | Metrics for intervals | Implement coverage, interval width and Winkler score functions. Export them in the package and add doctests. | forecastkit/metrics.py tests/test_metrics.py |
        8 | backtest | S | 7 | Backtest with intervals | Make backtest accept level and add coverage and width columns to its summary. Default output stays the same. | forecastkit/backtest.py tests/test_backtest.py |
        9 | plot | S | 1 | Draw intervals in plots | plot_forecast should fill the area between the bounds for each level. Add a legend and an option to hide it. | forecastkit/plotting.py | Image test passes
        10 | persist | S | 4 | Save and load calibrated models | Include the calibration residuals when a ConformalForecaster is saved, so that it need not be recalibrated. Bump the format version in the io module. | forecastkit/io.py | A loaded model gives the same intervals
        11 | tests | M | 4 5 6 | Coverage tests on simulated data | Check for simulated AR and seasonal series that about 80 and 95 percent of values lie inside. Run them in the nightly job. | tests/test_interval_coverage.py .github/workflows/nightly.yml |
        12 | docs | S | 9 | Tutorial and API docs | Write a tutorial page on prediction intervals with plots and list the new classes in the reference. Add the changelog entry. | docs/tutorials/intervals.md docs/api.rst CHANGELOG.md |
        `,
      ),
      plan(
        "risk",
        {
          title: "Trustworthy forecast intervals",
          goal: "Intervals that really cover what they claim.",
          approach: "Leak-free calibration, checks against references, coverage proven by simulation.",
          risks: ["Leakage in calibration", "Breaking change of predict", "Too few residuals for high levels"],
          acceptance: ["Nominal coverage is reached in simulation"],
        },
        `
        R1 | result | - | | Backward compatible Forecast bounds | Add lower and upper bounds to Forecast without changing its present attributes or pickles. Bounds are checked for order and equal index. | forecastkit/forecast.py | Old pickles load; Lower above upper raises
        R2 | base | - | R1 | Introduce levels without breaking subclasses | Extend predict in the base class so that subclasses with the old signature go on working, with a deprecation warning. Refuse levels outside 0 to 100. | forecastkit/models/base.py | An old subclass passes the test suite
        R3 | residuals | - | | Leak-free calibration residuals | Gather out-of-sample errors by rolling origin and make sure that scalers are refitted in each window. Raise if there are too few windows for the level. | forecastkit/conformal/calibration.py forecastkit/backtest.py forecastkit/pipeline.py | A leak test with a marked future value passes
        R4 | conformal | - | R2 R3 | Conformal wrapper with finite-sample correction | Build intervals around any forecaster from calibration error quantiles, using the n+1 correction. Warn when a horizon lacks residuals instead of extrapolating. | forecastkit/conformal/wrapper.py | Coverage is not below nominal
        R5 | ets | - | R2 | Verify ETS analytic intervals | Add variance formulas for additive ETS and simulation with a fixed seed for the remaining variants. Compare with reference values from R before release. | forecastkit/models/ets.py tests/data/ets_reference.csv | Reference values match
        R6 | arima | - | R2 | Verify ARIMA analytic intervals | Add the interval formula for ARIMA and take care of near unit roots, where the variance explodes. Check against statsmodels on several series. | forecastkit/models/arima.py | No NaN or infinite bounds
        R7 | metrics | - | R1 | Coverage and width metrics | Provide empirical coverage and average width, with missing actuals left out. Show a confidence range for coverage on small samples. | forecastkit/metrics.py | NaN actuals do not count
        R8 | winkler | - | R1 | Winkler score as proper scoring rule | Coverage alone can be gamed by wide intervals, so add the Winkler score with a penalty for misses. Check the formula against published values. | forecastkit/metrics.py tests/test_winkler.py | Equals the published example
        R9 | backtest | - | R7 | Interval diagnostics in backtest | The backtest should output coverage by horizon, as intervals often fail only at long horizons. Flag levels that are clearly missed. | forecastkit/backtest.py | Undercoverage is flagged
        R10 | plot | - | R1 | Interval bands in forecast plots | Shade the bounds in plot_forecast and leave plots without intervals pixel-identical. Missing bounds must not raise. | forecastkit/plotting.py |
        R11 | persist | - | R4 | Persist calibration state safely | Saved conformal models have to contain their residuals and the library version. Loading a file of another version fails with a clear message. | forecastkit/io.py forecastkit/conformal/wrapper.py | Intervals are equal after reloading
        R12 | tests | - | R4 R5 R6 | Simulated coverage test suite | Prove by Monte Carlo simulation that each model's intervals reach nominal coverage within tolerance. Seeds are fixed to prevent flaky runs. | tests/test_coverage.py | No flaky failure in 100 runs
        R13 | docs | - | R4 | Document assumptions of intervals | Explain when conformal and analytic intervals are valid and when they are not. Include an example with a structural break. | docs/guides/intervals.md |
        `,
      ),
    ],
  },
];
