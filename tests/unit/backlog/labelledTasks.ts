import { createHash } from "node:crypto";
import type { RepositoryFacts } from "../../../src/backlog/repositoryFacts.ts";
import type { Complexity, Task } from "../../../src/types.ts";
import { makeFacts } from "./facts.ts";
import { makeTask } from "./fixtures.ts";
import { MORE_LINES } from "./labelledLines.ts";

export interface LabelledTask {
  readonly label: Complexity;
  readonly task: Task;
  readonly facts: RepositoryFacts;
}

/**
 * Tasks of many kinds of project, written and labelled before the rules of `classifyTask` were: what a person who knows
 * the work would call it. A line is `label | title | description | files`; `:30` after a file is its size in the
 * repository in KB, a file without one does not exist yet. Every other line is for tuning, the rest is held out.
 */
const TASKS = `
documentation | Describe the new export command | Add a section with an example to the manual. | docs/commands.md:12
simple | Rename the flag --colour to --color | Keep the old spelling as an alias. | src/cli/flags.ts:3, src/cli/flags.test.ts:2
complex | Make the job queue safe for several workers | Two workers may take the same job. Lock the row and release it on a crash. | src/queue/store.ts:9, src/queue/worker.ts:11, src/queue/store.test.ts:6
simple | Add a health endpoint | GET /health answers 200 with the version. | src/routes/health.ts, src/routes/index.ts:2
complex | Move sessions from cookies to the database | Write the migration, read both for one release, expire old ones. | db/migrations/0042_sessions.sql, app/models/session.rb:5, app/controllers/application_controller.rb:8, config/initializers/session_store.rb:1
documentation | Write the changelog for 2.4 | List what users will notice. | CHANGELOG.md:40
simple | Show the total in the invoice footer | Sum of the lines, two decimals. | app/views/invoices/_footer.html.erb:1, app/helpers/invoice_helper.rb:3
complex | Rework the parser to recover from errors | After a syntax error continue at the next statement and report all errors. | crates/parser/src/lib.rs:38, crates/parser/src/recovery.rs, crates/parser/tests/errors.rs:9
simple | Bump the minimum Rust version to 1.80 | In the manifest and in CI. | Cargo.toml:2, .github/workflows/ci.yml:4
complex | Intern strings in the symbol table | Replace String by a 32-bit handle everywhere a name is kept. | src/symbols.rs:14, src/resolve/**, src/lower/**
simple | Print a hint when a semicolon is missing | Only where the next token begins a statement. | src/diagnostics/hints.rs:4
documentation | Explain the borrow rules of iterators | A page in the guide, with two examples. | guide/src/iterators.md:6, guide/src/SUMMARY.md:2
complex | Debounce the button in the interrupt handler | The handler and the main loop share the counter: no lost presses, no blocking. | firmware/src/button.c:4, firmware/src/isr.c:7, firmware/include/button.h:1
simple | Add the pin numbers of board revision C | A header with constants. | firmware/boards/rev_c.h
simple | Log the battery voltage once a minute | Use the existing logger. | firmware/src/power.c:5
complex | Update the firmware over the air with rollback | Two slots, a signature check before the switch, back to the old slot if the new one does not report. | firmware/src/ota.c, firmware/src/boot.c:12, firmware/include/ota.h, tools/sign_image.py
documentation | Wiring diagram for the sensor board | Text and table in the hardware notes. | hardware/README.md:3
complex | Find out why the watchdog resets at random | It happens about once a day under load. Find the cause and fix it. | firmware/src/**
simple | Add a pause menu | Resume and quit buttons. Escape opens it. | scenes/pause_menu.tscn, scripts/pause_menu.gd
complex | Predict movement on the client | Reconcile with the server's state; no visible jumps at 150 ms latency. | scripts/net/prediction.gd, scripts/net/reconcile.gd, scripts/player.gd:10
simple | Make the jump higher | From 4 to 4.5 units. | scripts/player.gd:10
complex | Path finding on the hex map | A* with movement costs and zones of control, fast enough for 200 units. | src/map/pathfinding.cs, src/map/HexGrid.cs:9
documentation | Credits for the sound files | Names and licences. | CREDITS.md:1
simple | Play a sound when an item is picked up | assets/pickup.ogg exists. | scripts/item.gd:2
simple | Add the column country to the daily report | It is in the customers table. | models/reports/daily.sql:2, models/reports/schema.yml:3
complex | Backfill two years of orders in the new layout | Idempotent, resumable, in batches, without locking the table. | jobs/backfill_orders.py, jobs/lib/batches.py:4, models/orders_v2.sql
complex | Exactly-once delivery for the click stream | Deduplicate over restarts, checkpoint offsets together with the output. | pipeline/stream/clicks.py:13, pipeline/stream/checkpoint.py:6, tests/stream/test_clicks.py:8
simple | Skip empty lines when reading the CSV | Count them in the log. | pipeline/readers/csv_reader.py:5, tests/readers/test_csv.py:4
documentation | Data dictionary of the orders tables | One row for each column. | docs/data/orders.md, docs/data/index.md:2
simple | Set the retention of raw files to 30 days | A lifecycle rule. | terraform/storage.tf:6
simple | Add a tag owner to all buckets | Value from the variable. | terraform/storage.tf:6, terraform/variables.tf:3
complex | Split the network into public and private subnets | Without downtime for the running services; state must be moved, not recreated. | terraform/network.tf:8, terraform/services.tf:15, terraform/outputs.tf:2, terraform/moved.tf
complex | Roll out deployments in two steps with automatic rollback | Canary first, watch the error rate, go back by itself. | deploy/canary.yaml, deploy/controller.go:10, deploy/metrics.go:5, deploy/rollback.go
documentation | Runbook for a full disk | What to look at first, what may be deleted. | runbooks/disk-full.md
simple | Raise the memory limit of the worker to 1 GiB | Requests too. | charts/worker/values.yaml:2
simple | Install jq in the build image | Pinned version. | docker/build.Dockerfile:2
complex | Sign in with a passkey | Registration, challenge, verification of the signature, fallback to the password. | src/auth/passkey.ts, src/auth/routes.ts:9, src/ui/login.tsx:8, src/auth/passkey.test.ts
simple | Turn off autocomplete in the search field | On the landing page only. | src/ui/search-field.tsx:3
simple | Translate the error messages to Dutch | Copy the English file and translate the values. | locales/nl.json
complex | Search while typing across all projects | Index in the background, cancel stale requests, rank by recency. | src/search/indexer.ts, src/search/rank.ts, src/ui/search.tsx:7, src/search/indexer.test.ts
documentation | Document the environment variables | A table in the README. | README.md:9, .env.example:1
simple | Add unit tests for the date helper | Leap years, end of month, time zones. | src/lib/date.test.ts
simple | Truncate long file names in the list | Ellipsis in the middle. | app/src/main/java/org/example/ui/FileRow.kt:4, app/src/test/java/org/example/ui/FileRowTest.kt:3
complex | Sync notes offline | Edits made offline are merged when the phone is online again; conflicts keep both. | app/src/main/java/org/example/sync/SyncEngine.kt:18, app/src/main/java/org/example/sync/Conflict.kt, app/src/main/java/org/example/db/NoteDao.kt:4
simple | Use the system font size in settings | Replace fixed sp values. | app/src/main/res/layout/settings.xml:5
complex | Keep the download running when the app is in the background | A foreground service with progress, resumed after the system kills it. | app/src/main/java/org/example/DownloadService.kt, app/src/main/java/org/example/DownloadManager.kt:17, app/src/main/AndroidManifest.xml:3
documentation | Store listing for version 5 | Short and long description. | fastlane/metadata/android/en-US/full_description.txt:2, fastlane/metadata/android/en-US/changelogs/500.txt
simple | Icon for the share button | Vector drawable, 24 dp. | app/src/main/res/drawable/ic_share.xml
complex | Vectorise the inner loop of the convolution | AVX2 with a fallback, results equal to 1e-6. | src/kernels/conv.cpp:21, src/kernels/conv_avx2.cpp, bench/conv.cpp:4
simple | Accept a seed on the command line | Pass it to the generator. | src/main.cpp:6
complex | Out-of-core matrix multiplication | Matrices larger than memory, blocks on disk, overlapping reads with work. | src/ooc/multiply.cpp, src/ooc/block_store.cpp, include/ooc.h, tests/ooc_test.cpp
simple | Return an error instead of exiting on a bad header | The caller prints it. | src/io/reader.cpp:7, include/reader.h:2
documentation | Reference of the file format | Byte by byte. | doc/format.rst:8
simple | Write the result as CSV when --csv is given | Header line first. | src/output.py:4, src/cli.py:5, tests/test_output.py:3
simple | Validate the e-mail address in the contact form | Show the message below the field. | contact/forms.py:2, contact/tests.py:3
complex | Multi-tenant database schema | Each customer in a schema of its own; move the existing data; every query must be scoped. | core/tenancy.py, core/middleware.py:5, core/migrations/0051_tenants.py, **/models.py
simple | Sort customers by name | Case-insensitive. | crm/views.py:9
complex | Refund part of a payment | Through the provider's API, idempotent, with ledger entries that always balance. | billing/refunds.py, billing/ledger.py:13, billing/webhooks.py:10, billing/tests/test_refunds.py
documentation | Contribution guide | How to run the tests and how to name branches. | CONTRIBUTING.md, .github/PULL_REQUEST_TEMPLATE.md:1
simple | Remove the unused feature flag new_menu | And the branch that is never taken. | app/menu.php:6, config/features.php:2
complex | Replace the home-grown template engine | Move all pages to the standard one without changing their output. | lib/template.php:24, templates/**, tests/render/**
simple | Add 'paused' to the list of states | And its label. | src/Domain/State.cs:1, src/Ui/Labels.cs:4
complex | Calculate shifts under the working-time rules | Rest times, weekly limits, preferences; explain why a plan is impossible. | src/Planning/Solver.cs:16, src/Planning/Rules.cs:8, src/Planning/Explain.cs, tests/PlanningTests.cs:10
simple | Round working hours to quarter hours | In the export only. | src/Export/Hours.cs:3, tests/ExportTests.cs:5
documentation | Translate the user manual to French | Chapter by chapter, same headings. | manual/fr/**
simple | Close the file when reading fails | Use the language's own construct. | pkg/config/load.go:3, pkg/config/load_test.go:4
complex | Cache responses with invalidation across nodes | A write on one node is seen on all within a second; no stampede when an entry ends. | pkg/cache/cache.go:9, pkg/cache/gossip.go, pkg/server/handler.go:14, pkg/cache/cache_test.go:5
simple | Time limit of 10 s for outgoing calls | From the configuration, default 10. | pkg/client/client.go:4, pkg/config/config.go:5
complex | Leader election for the scheduler | Survives a partition; never two leaders. | pkg/scheduler/election.go, pkg/scheduler/scheduler.go:12, pkg/scheduler/election_test.go
simple | Generate the client from the new API description | Run the generator, check in the result. | api/openapi.yaml:30, pkg/apiclient/client.gen.go:180
documentation | Comment on the design in an ADR | Why we keep two queues. | docs/adr/0017-two-queues.md
simple | Add the missing index on events.created_at | In a new file. | migrations/20240501_index.sql
complex | Permission rules for shared folders | Inherited, can be revoked, checked on every path including links and exports. | src/access/rules.ex, src/access/check.ex:8, src/folders/folders.ex:12, test/access/check_test.exs
simple | Say "file" instead of "document" in the sidebar | Three labels. | lib/web/templates/sidebar.heex:2
complex | Live collaboration on a document | Two cursors, edits merged without a server lock, undo for one's own edits only. | assets/js/collab/crdt.ts, assets/js/collab/cursor.ts, lib/web/channels/doc_channel.ex:6, assets/js/editor.ts:19
simple | Dark variant of the button colours | Variables exist. | assets/css/buttons.css:3
complex | Cut the start-up time in half | Measure first; load extensions when needed; nothing may break for plugins that rely on the order. | src/boot.js:11, src/extensions/loader.js:9, src/extensions/registry.js:7
simple | Copy button on code blocks | Shows "copied" for two seconds. | src/components/CodeBlock.vue:4
documentation | Release notes and upgrade notes | Breaking changes first. | RELEASES.md:15, docs/upgrade.md:4
simple | Warn when the configuration file is world-readable | One line on stderr. | src/config/load.lua:4, spec/config_spec.lua:5
complex | Undo and redo for every edit | Grouped by typing, bounded memory, survives a reload. | src/editor/history.ts, src/editor/document.ts:22, src/editor/commands.ts:17, src/editor/history.test.ts
simple | Keyboard shortcut for the command palette | Ctrl+K, and Cmd+K on a Mac. | src/editor/keymap.ts:5
complex | Garbage collector for the value heap | Mark and sweep, incremental, roots on the stack and in globals. | vm/gc.c, vm/gc.h, vm/heap.c:10, vm/interp.c:33
simple | Opcode for integer negation | With a test program. | vm/interp.c:33, vm/opcodes.h:3, tests/neg.prog
documentation | Man page | All options, exit status, examples. | man/tool.1:4
simple | Exit status 2 for usage errors | It is 1 today. | src/main.zig:7, tests/cli.zig:4
complex | Type inference for generic functions | Unification with let-polymorphism and clear errors. | src/types/infer.ml:15, src/types/unify.ml, src/types/errors.ml:4
simple | Ignore the build folder | Add the line. | .gitignore:1
`;

/** Sizes are of files that exist; a glob exists by the files of a folder. */
function labelled(line: string, index: number): LabelledTask {
  const [label = "", title = "", description = "", entries = ""] = line.split(" | ");
  const files = entries.split(", ").map((entry) => {
    const [path = "", kilobytes] = entry.split(":");
    return { path, bytes: kilobytes === undefined ? undefined : Number(kilobytes) * 1024 };
  });
  const known = files.flatMap(({ path, bytes }) => (bytes === undefined ? [] : [[path, bytes] as const]));
  const below = files.flatMap(({ path }) =>
    path.includes("*")
      ? Array.from({ length: 9 }, (_, at) => [path.replace(/\*\*\/?/, `part${at}/`), 4096] as const)
      : [],
  );
  return {
    label: label as Complexity,
    task: makeTask({ id: `T${index}`, title, description: `${description}\n`, files: files.map(({ path }) => path) }),
    facts: makeFacts(Object.fromEntries([...known, ...below])),
  };
}

/** Whether a task is set aside: decided by its title alone, so that nobody chooses. */
const isSetAside = ({ task }: LabelledTask) => (createHash("sha256").update(task.title).digest()[0] ?? 0) % 2 === 1;

const MORE = MORE_LINES.trim().split("\n").map(labelled);

export const DEVELOPMENT_TASKS = MORE.filter((task) => !isSetAside(task));
export const SET_ASIDE_TASKS = MORE.filter(isSetAside);

const ALL = TASKS.trim().split("\n").map(labelled);

export const TUNING_TASKS = ALL.filter((_, index) => index % 2 === 0);
export const HELD_OUT_TASKS = ALL.filter((_, index) => index % 2 === 1);
