/**
 * Answers the matcher was developed on, in a short form; read by labelledAnswers.ts. A line is
 * `id meaning | title | description | files | needs`; items of one meaning are the same piece of work.
 */
export const DEVELOPMENT_SETS = `
## thermostat firmware
@architecture
1 sensor | DS18B20 driver over one-wire | Bit-bang the bus from a timer interrupt and expose a non-blocking read of the temperature in hundredths of a degree. | drivers/onewire.c, drivers/ds18b20.c
2 filter | Median filter for samples | Keep the last five readings and return the median, so that a single glitch never reaches the controller. | app/filter.c | 1
3 control | PID control loop | Fixed-point PID with anti-windup, called once a second from the scheduler. | app/pid.c | 2
4 relay | Relay output with minimum on and off time | Drive the heater relay by slow PWM; never toggle faster than every two minutes. | drivers/relay.c | 3
5 schedule | Weekly programme | Table of setpoints by weekday and minute, stored as packed structs. | app/schedule.c
6 flash | Wear-levelled settings in flash | Append-only log of records in two sectors with CRC; survive power loss at any byte. | drivers/flash_kv.c
7 display | Render status on the OLED | Framebuffer, small font, current and target temperature and an icon for heating. | ui/screen.c | 2
8 buttons | Debounced input from the rotary encoder | Quadrature decoding with acceleration and long press. | drivers/encoder.c
9 watchdog | Independent watchdog and safe state | If the loop stalls or the sensor is silent for a minute, the heater is switched off. | app/safety.c | 4
10 simulator | Host-side thermal simulation for tests | A room model compiled for the PC that runs the controller faster than real time. | test/sim_room.c | 3
@delivery
A1 sensor | Read room temperature from the probe | Get the one-wire probe talking; CRC check of the scratchpad; return an error code when it is unplugged. | src/temp_sensor.c
A2 filter | Smooth out noisy measurements | Drop outliers before anyone uses the value. | src/temp_filter.c | A1
A3 relay | Switch the boiler contact | GPIO for the relay. Protect it from short cycling. | src/heater.c
A4 control | Regulate to the target temperature | Proportional-integral-derivative regulator with integer arithmetic. Tunable gains. | src/regulator.c | A2, A3
A5 buttons | Knob and push button handling | Turn to change the target, press to confirm, hold for the menu. | src/input.c
A6 display | Small screen with the current state | Show measured and wanted temperature on the 128x64 OLED. | src/oled.c | A2
A7 flash | Persist user settings across power cuts | Two flash pages, checksum, newest valid record wins. | src/storage.c
A8 schedule | Time programme for each day of the week | User can set up to six switching points per day. | src/program.c | A7
A9 bootloader | Firmware update over USB | DFU bootloader with signature check, so devices in the field can be fixed. | boot/main.c
A10 simulator | Run the regulator against a room model on the PC | Simulated walls and heater; assert that overshoot stays below half a degree. | tests/room_test.c | A4
@risk
r-sensor sensor | Temperature acquisition must tolerate a missing probe | Time out on the bus, verify the checksum, flag stale readings instead of repeating the last number.
r-filter filter | Reject implausible readings | Glitches of the bus must not trigger heating: take the median of several samples.
r-relay relay | Guard relay against rapid cycling | Enforce minimum on and off durations in the lowest layer, whatever the controller asks.
r-pid control | Controller without integral windup | Clamp the integral term; overflow of fixed-point values must saturate.
r-safe watchdog | Fail-safe: heater off on any fault | Hardware watchdog fed only by the main loop; loss of sensor data turns the output off.
r-flash flash | Flash writes that survive brown-out | Records carry a CRC and a sequence number; a torn write falls back to the previous record.
r-prog schedule | Weekly schedule of setpoints | Handle daylight saving and an unset clock: hold a frost protection temperature.
r-enc buttons | Encoder debouncing | Spurious edges must not change the setpoint.
r-screen display | Status screen | Shows temperatures and fault codes so that users notice a failure.
r-sim simulator | Simulated room for regression tests of the controller | Replay recorded winters on the host in CI.
## nightly order ingest
@architecture
ingest-1 land | Landing zone for raw extracts | Copy the vendor's CSV drops from SFTP into object storage, partitioned by arrival date, never modified. | pipelines/orders/land.py
ingest-2 contract | Schema contract for orders | Declare columns, types and nullability in one YAML file; everything downstream imports it. | contracts/orders.yaml
ingest-3 parse | Parse raw files into typed rows | Streaming reader that yields typed records and sends unreadable rows to quarantine. | pipelines/orders/parse.py | ingest-1, ingest-2
ingest-4 dedupe | Deduplicate by order id and version | Keep the newest version of an order inside a seven-day window. | pipelines/orders/dedupe.py | ingest-3
ingest-5 enrich | Join with customer dimension | Look up the customer's segment as of the order's date (slowly changing dimension, type 2). | pipelines/orders/enrich.py | ingest-4
ingest-6 load | Idempotent load into the warehouse | Merge into fact_orders in one transaction per partition; rerunning a day changes nothing. | pipelines/orders/load.py | ingest-5
ingest-7 quality | Data quality expectations | Row counts, null ratios and totals compared with the vendor's control file; block the load when they fail. | pipelines/orders/checks.py | ingest-4
ingest-8 dag | Airflow DAG | Daily schedule with sensors, retries and catch-up. | dags/orders_daily.py | ingest-6, ingest-7
ingest-9 backfill | Backfill command for historical ranges | Takes from and to dates and runs partitions in bounded parallelism. | tools/backfill.py | ingest-6
ingest-10 lineage | Emit lineage events | Each step reports inputs and outputs to OpenLineage. | pipelines/common/lineage.py
@delivery
1 contract | Agree on the order schema | Write down the fields we expect and their types before any code. | schemas/orders.yml
2 land | Download vendor files every night | Fetch new CSVs over SFTP and keep an untouched copy in the bucket.
3 parse | Turn CSV lines into records, set aside bad ones | Bad lines go to an error file with the reason; good ones are typed. | etl/reader.py | 1, 2
4 dedupe | Remove repeated orders | The vendor resends orders; only the latest revision counts. | etl/dedup.py | 3
5 enrich | Add customer segment to orders | Take the segment that was valid when the order was placed. | etl/customers.py | 4
6 load | Upsert orders into the fact table | Running the same night twice must give the same table. | etl/warehouse.py | 5
7 dag | Schedule the nightly run | One DAG, retries three times, alerts the channel on failure. | dags/nightly_orders.py | 6
8 quality | Reconcile against the control totals | Compare count and sum with what the vendor says; stop on a mismatch. | etl/reconcile.py | 4
9 backfill | Reload old days on demand | CLI that replays a range of dates. | bin/reload.py | 6
10 tests | Sample files and an end-to-end test | Ten small CSVs with every oddity seen so far; run the pipeline on them in CI. | tests/test_pipeline.py | 7
@risk
R1 land | Keep immutable copies of what the vendor sent | We must be able to replay; store by date of arrival with checksum. | pipelines/orders/land.py
R2 contract | Detect schema drift | A new or renamed column must fail loudly, measured against a declared contract. | contracts/orders.yaml
R3 parse | Quarantine malformed rows | A single broken line must not stop the night. Keep row, file and reason. | pipelines/orders/quarantine.py
R4 dedupe | Late and duplicate deliveries | Choose the highest version per order id; window of a week. | pipelines/orders/dedupe.py
R5 load | Exactly-once writes to the warehouse | Partition overwrite inside a transaction so that retries do not double revenue. | pipelines/orders/load.py
R6 quality | Gate on data quality before publishing | Thresholds for nulls, volume and revenue; failing data never reaches fact_orders. | pipelines/orders/quality.py
R7 dag | Orchestration with retries and timeouts | Airflow job per day, no overlapping runs. | dags/orders_daily.py
R8 backfill | Safe historical backfills | Limit parallel partitions so the warehouse is not starved. | tools/backfill.py
R9 enrich | Point-in-time customer attributes | Joining today's segment to old orders would rewrite history. | pipelines/orders/enrich.py
R10 lineage | Lineage and audit trail | Which file produced which row: report to OpenLineage. | pipelines/common/lineage.py
## save games
@architecture
1 format | Versioned binary save format | Header with magic, version and checksum, then chunks by subsystem. | Source/Save/SaveFormat.cpp
2 serialise | Serialisation of world state | Visitor over entities and components that writes each registered component. | Source/Save/WorldSerializer.cpp | 1
3 restore | Rebuild the world from a save | Two passes: spawn entities, then resolve references between them. | Source/Save/WorldLoader.cpp | 2
4 slots | Slot management | List, create, overwrite and delete slots; each has a thumbnail and play time. | Source/Save/SlotStore.cpp | 1
5 autosave | Autosave at checkpoints | Ring of three slots, triggered by level transitions and quests. | Source/Save/Autosave.cpp | 4
6 async | Write saves on a worker thread | Snapshot in one frame, compress and write in the background; no hitch above 2 ms. | Source/Save/SaveJob.cpp | 2
7 migrate | Migrations between save versions | Chain of upgrade functions from each version to the next. | Source/Save/Migrations.cpp | 1
8 cloud | Platform cloud synchronisation | Steam and console back ends behind one interface; conflict prompt. | Source/Save/CloudSync.cpp | 4
9 menu | Load and save menu | Grid of slots with thumbnails, controller navigation. | UI/SaveMenu.uxml | 4
10 fuzz | Fuzz the save reader | Random bytes must give an error and never a crash. | Tests/SaveFuzz.cpp | 3
@delivery
1 format | Define the layout of a save file | Magic number, version, CRC, list of chunks.
2 serialise | Write entities to disk | Every component gets a write function. | save/writer.cpp | 1
3 restore | Read entities back | Recreate objects and fix up pointers. | save/reader.cpp | 2
4 slots | Manage several saves | Ten slots per profile, with screenshot and time played. | save/slots.cpp | 2
5 menu | Screen for picking a save | Players choose, overwrite and erase their saves. | ui/save_screen.cpp | 4
6 autosave | Save automatically | After each level and every ten minutes. | save/auto.cpp | 4
7 async | No stutter while saving | Move file writing off the main thread. | save/background.cpp | 2
8 migrate | Old saves keep loading | Upgrade step by step from older versions. | save/upgrade.cpp | 3
9 cloud | Cloud saves | Upload after saving, download on start, ask when both changed. | save/cloud.cpp | 4
10 achievements | Store unlocked achievements in the profile | They belong to the player and not to a slot. | profile/achievements.cpp
@risk
1 format | Checksummed, versioned container | So that a truncated or foreign file is recognised before anything is read. | Source/Save/SaveFormat.cpp
2 corrupt | Keep the previous save until the new one is verified | Write to a temporary name, read back, rename; fall back to the backup. | Source/Save/SafeWrite.cpp | 1
3 serialise | Deterministic world serialisation | Stable order of entities; skip transient components. | Source/Save/WorldSerializer.cpp
4 restore | Robust loading with dangling references | Missing assets are replaced by placeholders and reported. | Source/Save/WorldLoader.cpp | 3
5 migrate | Backward compatibility with saves of earlier releases | Corpus of saves from each release is loaded in CI. | Source/Save/Migrations.cpp | 1
6 async | Background writer with bounded memory | At most one job in flight, flush on quit. | Source/Save/SaveJob.cpp
7 autosave | Autosaves never overwrite manual saves | Separate rotating slots. | Source/Save/Autosave.cpp
8 slots | Save slots and disk-full handling | Show free space, refuse early. | Source/Save/SlotStore.cpp
9 cloud | Conflict resolution for cloud saves | Never silently discard progress; compare play time and ask. | Source/Save/CloudSync.cpp
10 fuzz | Random corruption tests for the reader | Flip bits, truncate; expect clean errors. | Tests/SaveFuzz.cpp
## pattern matching in a small language
@architecture
p1 lexer | Tokens for match, arrow and wildcard | Add the keywords and the underscore to the scanner. | compiler/lexer.rs
p2 ast | AST nodes for patterns | Literal, binding, constructor, tuple, or-pattern and guard. | compiler/ast.rs
p3 parser | Parse match expressions | Pratt parser entry plus pattern grammar with error recovery at the arm. | compiler/parser.rs | p1, p2
p4 resolve | Name resolution in arms | Bindings are scoped to their arm; all alternatives of an or-pattern bind the same names. | compiler/resolve.rs | p3
p5 types | Type inference for patterns | Unify scrutinee and pattern types; arms share the result type. | compiler/infer.rs | p4
p6 exhaustive | Exhaustiveness and usefulness check | Maranget's algorithm over the pattern matrix with a witness for what is missing. | compiler/exhaustive.rs | p5
p7 lower | Lower to decision trees | Choose columns by a heuristic; share subtrees. | compiler/lower_match.rs | p5
p8 codegen | Emit bytecode for decision trees | Switch on tag, jump tables for dense integers. | compiler/codegen.rs | p7
p9 diagnostics | Error messages for match | Spans on arms, suggestion of the missing constructors. | compiler/diagnostics.rs | p6
p10 docs | Language reference chapter | Syntax, evaluation order, examples. | docs/reference/match.md
@delivery
1 parser | Grammar and parser for match | Syntax of arms, guards and nested patterns. | src/parse/match.rs
2 lexer | New keywords in the lexer | match, =>, _ and |. | src/lex.rs
3 ast | Represent patterns in the syntax tree | One enum, with source positions. | src/syntax/pattern.rs
4 resolve | Bind the variables of an arm | They are visible in the guard and the body only. | src/scope.rs | 3
5 types | Check the types of arms | All arms give one type, each pattern fits the value. | src/typeck/pattern.rs | 4
6 exhaustive | Warn when cases are missing | Also report arms that can never be reached. | src/typeck/coverage.rs | 5
7 lower | Compile arms into a decision tree | Test each field once. | src/mir/decision.rs | 5
8 codegen | Generate bytecode | From the tree to jumps. | src/backend/emit.rs | 7
9 golden | Golden tests for programs with match | Source, expected output, expected errors. | tests/golden/match
10 docs | Document the match expression | A page with examples in the book. | book/match.md
@risk
1 lexer | Scanner changes without breaking identifiers | match as a name in existing programs becomes an error; offer a raw identifier. | compiler/lexer.rs
2 ast | Pattern node types | Immutable nodes with spans. | compiler/ast.rs
3 parser | Parser with recovery inside arms | A broken arm must not swallow the rest of the file. | compiler/parser.rs
4 types | Typing rules and unsound guards | A guard may not mutate what is matched. | compiler/infer.rs
5 resolve | Duplicate and inconsistent bindings are refused | The same name twice in one pattern; or-patterns with different names. | compiler/resolve.rs
6 exhaustive | Prove that all constructors are covered | Limit the work: matrix blow-up on large enums. | compiler/exhaustive.rs
7 lower | Decision tree construction with size limit | Fall back to backtracking automata beyond 10,000 nodes. | compiler/lower_match.rs
8 codegen | Bytecode emission and verification | The verifier runs on the output in debug builds. | compiler/codegen.rs
9 diagnostics | Helpful messages for unreachable and missing arms | Show a value that is not matched. | compiler/diagnostics.rs
10 bench | Benchmark compile time on large matches | Enum with a thousand variants. | benches/match.rs
## offline notes on the phone
@architecture
1 db | Local SQLite store with Room | Entities for notes, tags and pending operations. | app/src/main/java/data/NotesDatabase.kt
2 oplog | Operation log | Each edit is appended as an operation with a Lamport clock. | app/src/main/java/sync/OpLog.kt | 1
3 push | Push queue with backoff | WorkManager job that uploads operations in order when there is network. | app/src/main/java/sync/PushWorker.kt | 2
4 pull | Pull remote changes since cursor | Delta endpoint, pages of 200, cursor persisted in the same transaction. | app/src/main/java/sync/Puller.kt | 2
5 conflict | Merge concurrent edits | Three-way merge of text, last writer wins for tags. | app/src/main/java/sync/Merger.kt | 3, 4
6 attach | Attachments by content hash | Images are stored by SHA-256, uploaded separately and lazily fetched. | app/src/main/java/data/BlobStore.kt | 1
7 status | Sync indicator in the list | Icon per note: synced, waiting, conflict. | app/src/main/java/ui/SyncBadge.kt | 3
8 search | Full-text search on the device | FTS table kept up to date by triggers. | app/src/main/java/data/Search.kt | 1
9 crypto | Encrypt the local database | SQLCipher with a key in the Android keystore. | app/src/main/java/data/Encryption.kt | 1
10 e2e | Instrumented tests with a flaky network | Simulate airplane mode and packet loss. | app/src/androidTest/SyncTest.kt | 5
@delivery
first db | Save notes on the device | Room tables for notes and tags.
second oplog | Record every edit as an event | So that it can be sent later. | second.kt | first
third push | Upload changes when online | Retry with exponential backoff. | upload.kt | second
fourth pull | Download what changed on the server | Remember how far we got. | download.kt | first
fifth conflict | Resolve conflicts | When both sides edited a note, merge the text and keep both versions if that fails. | | third, fourth
sixth status | Show whether a note is synced | Badge in the list and a banner when offline. | | third
seventh attach | Photos in notes | Upload separately from text, load on demand. | | third
eighth search | Find notes offline | Instant search over title and body. | | first
ninth share | Share a note as a link | Create a public read-only URL from the menu.
tenth e2e | Test sync on a bad connection | Automated runs with the network switched off and on. | | fifth
@risk
S1 db | Database schema with migrations from day one | Lost notes are the worst outcome; export schema and test migrations.
S2 oplog | Durable log of local operations | Appended in the same transaction as the edit, so a crash loses nothing.
S3 push | Idempotent uploads | Retries after a timeout must not duplicate notes: operation ids.
S4 pull | Incremental download with a cursor | Resume after being killed; do not skip a page.
S5 conflict | Concurrent edits never lose text | Keep both versions where a merge is unclear and tell the user.
S6 attach | Attachment storage with a quota | Large images: limit size, clean up unreferenced blobs.
S7 crypto | Protect data at rest | Key in the hardware keystore; wipe on logout.
S8 status | Visible state of synchronisation | Users must see that something was not uploaded yet.
S9 search | On-device index for search | Rebuild when corrupt.
S10 e2e | Chaos tests for synchronisation | Kill the app, drop the connection, change clocks.
## moving a service to kubernetes
@architecture
1 image | Multi-stage container image | Distroless, non-root user, reproducible build. | Dockerfile
2 chart | Helm chart | Deployment, Service, ConfigMap and values per environment. | deploy/chart/Chart.yaml | 1
3 probes | Liveness and readiness endpoints | Readiness fails while migrations run or the database is away. | cmd/server/health.go
4 secrets | Secrets through External Secrets | No secret in values files; synced from the vault. | deploy/chart/templates/secret.yaml | 2
5 ingress | Ingress with TLS | cert-manager issues certificates; HSTS; rate limit at the edge. | deploy/chart/templates/ingress.yaml | 2
6 hpa | Horizontal autoscaling | Scale on requests per second from 3 to 20 pods. | deploy/chart/templates/hpa.yaml | 2
7 jobs | Database migrations as a pre-upgrade hook | Job runs once, rollout waits for it. | deploy/chart/templates/migrate-job.yaml | 2
8 cd | GitOps delivery | Argo CD applications for staging and production with manual promotion. | deploy/argocd/app.yaml | 2
9 dashboards | Dashboards and alerts | Grafana boards for latency, errors, saturation; alert rules as code. | deploy/monitoring/rules.yaml
10 cutover | Traffic cutover in steps | Weighted DNS 1, 10, 50, 100 percent with a way back. | docs/runbooks/cutover.md | 8, 9
@delivery
1 image | Dockerise the service | Small image, runs as an unprivileged user.
2 chart | Write the Kubernetes manifests | Packaged with Helm; staging and production values.
3 probes | Health checks | /healthz and /readyz.
4 secrets | Get passwords out of the repository | Read them from Vault at deploy time. | | 2
5 ingress | Expose the service over HTTPS | Ingress and automatic certificates. | | 2
6 jobs | Run schema migrations on deploy | Before new pods start. | | 2
7 cd | Automatic deployment from git | Argo CD watches the repository. | | 2
8 dashboards | Monitoring | Metrics, graphs and a pager rule. | | 7
9 loadtest | Load test in staging | k6 at twice today's peak. | | 7
10 cutover | Switch production traffic over | Gradually by DNS weight, old machines stay up for a week. | | 8, 9
@risk
1 image | Harden the image | Scan for vulnerabilities, pin base by digest, non-root. | Dockerfile
2 chart | Resource limits and disruption budgets in the chart | Requests, limits, PodDisruptionBudget, anti-affinity. | deploy/chart/templates/deployment.yaml
3 probes | Readiness that reflects dependencies | Otherwise traffic reaches pods that cannot answer. | cmd/server/health.go
4 secrets | Secret handling and rotation | Vault as the source, restart on rotation, none in git. | deploy/chart/templates/secret.yaml
5 ingress | TLS termination | Certificates renew by themselves; alert before expiry. | deploy/chart/templates/ingress.yaml
6 hpa | Autoscaler bounds | Avoid flapping, protect the database from too many connections. | deploy/chart/templates/hpa.yaml
7 jobs | Backward-compatible migrations | Expand and contract; hook must be safe to repeat. | deploy/chart/templates/migrate-job.yaml
8 cd | Promotion between environments with approval | Argo CD; rollback by reverting a commit. | deploy/argocd/app.yaml
9 dashboards | Alerts on service level objectives | Burn-rate alerts, tested by a game day. | deploy/monitoring/rules.yaml
10 cutover | Rollback plan for the migration | Shift a percentage of traffic at a time and return within five minutes. | docs/runbooks/cutover.md
## vouchers at the checkout
@architecture
step-1 model | Voucher entity and table | Code, kind (percent, amount, free shipping), validity, usage cap. | app/models/voucher.rb, db/migrate/001_create_vouchers.rb
step-2 rules | Eligibility rules | Composable predicates: minimum basket, customer group, excluded categories. | app/services/voucher_eligibility.rb | step-1
step-3 calc | Discount calculation | Distribute over lines with the largest-remainder method; never below zero. | app/services/discount_calculator.rb | step-1
step-4 redeem | Atomic redemption | Row lock and usage counter inside the order transaction. | app/services/redeem_voucher.rb | step-2, step-3
step-5 api | Apply and remove endpoints for the cart | POST and DELETE /cart/voucher, problem details on refusal. | app/controllers/cart_vouchers_controller.rb | step-4
step-6 form | Voucher field in the checkout form | Inline message, keyboard accessible, keeps the code on error. | app/javascript/voucher_field.tsx | step-5
step-7 admin | Back office for campaigns | Create, pause, and export vouchers; generate unique codes in bulk. | app/views/admin/vouchers | step-1
step-8 refund | Refunds respect discounts | Partial returns give back what was really paid. | app/services/refund_calculator.rb | step-3
step-9 abuse | Brute-force protection for codes | Five wrong codes per session and hour. | app/services/voucher_throttle.rb | step-5
step-10 report | Campaign report | Revenue and redemptions by voucher and day. | app/reports/voucher_report.rb | step-4
@delivery
1 model | Table for discount codes | Columns for type, value, start, end and maximum redemptions. | db/migrate/20_vouchers.rb
2 calc | Work out the reduced total | Percent and fixed amount, rounding per line. | lib/pricing.rb | 1
3 rules | Who may use a code | Minimum order value, first order only, dates. | lib/coupon_rules.rb | 1
4 redeem | Count each use once | Redeem on payment, give it back when the payment fails. | lib/redeem.rb | 3
5 api | Cart API for coupons | Add a code to the cart and take it off again. | app/api/cart.rb | 2, 3
6 form | Input box on the payment page | With an apply button and clear errors. | web/CouponInput.tsx | 5
7 admin | Pages for marketing to create codes | Bulk generation with prefix, CSV download. | admin/coupons.erb | 1
8 email | Send codes by e-mail | Campaign mail to a segment through the mailer. | app/mailers/coupon_mailer.rb | 7
9 refund | Correct amount on returns | Refund the discounted price. | lib/refunds.rb | 2
10 report | Evaluate campaigns | How often each code was used and what it brought in. | lib/coupon_stats.rb | 4
@risk
V1 model | Voucher data model with constraints in the database | Unique code regardless of case, cap at least one, end after start.
V2 calc | Rounding and negative totals | Money in cents, discount never exceeds the basket.
V3 redeem | Concurrent redemption beyond the cap | Two checkouts at once must not use the last redemption twice: lock.
V4 rules | Eligibility evaluated on the server | At apply and again at payment; the clock is the server's.
V5 api | Cart endpoints that reveal nothing | The same answer for unknown and expired codes.
V6 form | Checkout field with accessible errors | Screen readers announce the refusal.
V7 abuse | Guessing of codes is throttled | By session and address.
V8 admin | Campaign administration with audit | Who created or changed which voucher.
V9 refund | Returns of discounted orders | Regression tests for partial refunds.
V10 report | Redemption figures for finance | Reconcile with the ledger monthly.
## photo duplicates tool, titles only
@architecture
1 walk | Walk directories | Recursive scan, follows no links.
2 hash | Hash file contents | BLAKE3 in parallel.
3 perceptual | Perceptual hashing | DCT hash of a thumbnail.
4 group | Cluster near-identical images | BK-tree over Hamming distance. | | 2, 3
5 exif | Read EXIF metadata | Date, camera, orientation.
6 rank | Choose the best copy | By resolution, then date. | | 4, 5
7 cache | Cache results between runs | SQLite by path, size, mtime. | | 2
8 delete | Move duplicates to the trash | Never unlink. | | 6
9 review | Terminal UI to review groups | Side by side previews. | | 6
10 json | JSON report | For scripts. | | 4
@delivery
1 walk | Scan folders for images | Skip hidden folders and links.
2 hash | Detect exact copies | Compare digests of the content.
3 perceptual | Detect resized or recompressed copies | A fingerprint of how it looks.
4 group | Group similar pictures | Everything within a distance of ten. | | 2, 3
5 rank | Pick which one to keep | The largest wins. | | 4
6 delete | Trash the rest | With an undo list. | | 5
7 review | Interactive review | Arrow keys, keep or drop. | | 5
8 cache | Do not hash twice | Remember digests of unchanged files. | | 2
9 json | Machine-readable output | --json. | | 4
10 watch | Watch mode | React to new files.
@risk
1 walk | Safe traversal | Symlink loops, unreadable folders, huge trees.
2 hash | Content digests with streaming | Constant memory for large files.
3 perceptual | Visual fingerprint quality | Measure false positives on a labelled set.
4 group | Similarity clusters without chaining | A like B like C must not join A and C.
5 exif | Robust metadata parsing | Malformed EXIF must not crash.
6 rank | Keep the original | Explain the choice to the user.
7 delete | Reversible removal | Trash, log, dry run by default.
8 cache | Invalidate cached digests | When size or time changes.
9 review | Confirm before anything is removed | List in the terminal and ask.
10 json | Structured report | Stable schema.
`;
