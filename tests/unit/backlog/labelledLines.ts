/**
 * A second set, written for issue 4 without a look at what `classifyTask` makes of it: other kinds of project, other
 * ways to word a task, some not in English. A line is as in `labelledTasks.ts`.
 */
export const MORE_LINES = `
simple | [WEB-212] Disabled state for the submit button | While the request runs the button is grey and cannot be clicked. | web/components/SubmitButton.svelte:2
complex | As an admin I want to revoke any session of a user | All devices must be signed out within ten seconds, also those connected over a websocket. | server/sessions/revoke.go, server/sessions/store.go:9, server/ws/hub.go:14, server/sessions/revoke_test.go
documentation | Glossary | Twenty terms the team uses in two meanings, with the one we agreed on. | docs/glossary.md
simple | default page size should be 50 | it is 20 now, the limit stays at 200 | api/pagination.py:2, tests/test_pagination.py:3
complex | Streaming upload of large files | Files of 20 GB must not be held in memory; a broken upload continues where it stopped. | upload/stream.rs, upload/session.rs:8, upload/api.rs:11, tests/upload.rs:4
simple | Typo in the welcome mail | "recieve" | templates/mail/welcome.txt.j2:1
simple | Extract the tax rate into the configuration | It is written in two places. | billing/tax.rb:3, config/billing.yml:1
complex | Replace polling by push in the order tracker | Server-sent events, reconnect with the last event id, fall back to polling behind proxies that buffer. | tracker/client.ts:7, tracker/events.ts, server/tracker/stream.ts, server/tracker/routes.ts:6
documentation | Why we left GraphQL | A record of the decision for those who come later. | docs/decisions/0007-no-graphql.md
simple | Show relative times in the comment list | "3 minutes ago", with the full date as a tooltip. | src/comments/CommentItem.tsx:3, src/lib/time.ts:2, src/lib/time.test.ts:2
complex | Tenants must not see each other's search results | Add the tenant to the index and to every query. Existing documents have to be indexed anew without a gap in service. | search/index.py:12, search/query.py:9, search/reindex.py, tests/search/test_isolation.py
simple | Add a --quiet switch | Suppresses everything but errors. | cmd/root.go:5, cmd/log.go:2
complex | Two-way sync with the calendar provider | Changes on both sides; webhooks may arrive twice or out of order; the newer change wins unless both touch the same field. | calendar/sync.ex, calendar/webhook.ex:4, calendar/merge.ex, calendar/client.ex:8
documentation | Tutorial: your first plugin | From an empty folder to a published package, with screenshots. | docs/tutorials/first-plugin.md, docs/tutorials/img/step1.png
simple | Raise the request timeout of the payment client from 5 to 8 s | Support asked for it. | payments/client.java:6
complex | Flaky test test_reindex_concurrent | Fails in one of fifty runs on CI. The cause is in the code, not in the test. | indexer/worker.py:14, indexer/lease.py:5, tests/test_reindex.py:6
simple | Escape the file name in the Content-Disposition header | RFC 6266; there is a helper in the framework. | downloads/views.py:4, downloads/tests.py:5
simple | New icon set | Replace the eight SVGs by those of the designer. | public/icons/a.svg:1, public/icons/b.svg:1, public/icons/c.svg:1, public/icons/d.svg:1, public/icons/e.svg:1, public/icons/f.svg:1, public/icons/g.svg:1, public/icons/h.svg:1
complex | Port the build from Make to Bazel | All targets, the generated code too; both have to work until the switch. | WORKSPACE, BUILD.bazel, src/BUILD.bazel, proto/BUILD.bazel, tools/gen.bzl, .ci/build.yml:5
documentation | API reference for the billing endpoints | Request, answer, errors, an example of each. | docs/api/billing.md:8
complex | Numerically stable variance in the aggregation | One pass, merging of partial results from several shards, error below 1e-9 relative to the two-pass result. | engine/agg/variance.cc, engine/agg/merge.cc:8, engine/agg/variance_test.cc
simple | Accept lowercase country codes | Normalise before the lookup. | geo/country.php:2, tests/geo/CountryTest.php:3
simple | Footer: year by itself | It says 2023. | themes/main/footer.hbs:1
complex | Support right-to-left layouts | Mirror margins, icons with a direction, the charts; all pages. | styles/**, src/layout/Direction.tsx, src/charts/Axis.tsx:9
simple | Return 404 instead of 500 for an unknown invoice | The store returns nil. | invoices/handler.go:6, invoices/handler_test.go:7
complex | Move the monolith's notification code into a service of its own | Contract, queue, retries, a switch to go back; nobody may get a message twice. | services/notify/main.go, services/notify/queue.go, services/notify/send.go, app/notifications.rb:17, deploy/notify.yaml
documentation | Update the architecture overview | The queue is Kafka now. Redraw the picture. | docs/architecture.md:6, docs/img/overview.drawio:20
simple | Add 'Belgium' to the list of shipping countries | With the tariff of the Netherlands. | shop/shipping/countries.json:4, shop/shipping/tariffs.json:3
complex | The editor freezes for a second when a large file is pasted | Tokenise in slices without blocking input, keep the highlighting right at the borders. | editor/tokenizer.ts:19, editor/view.ts:24
simple | Let cargo clippy pass | Seven warnings, all mechanical. | src/cli.rs:9, src/fmt.rs:6
complex | Optimistic locking for stock levels | No oversell with 200 orders a second; retries with a limit; report on lost updates so far. | stock/repository.kt:7, stock/reserve.kt:8, stock/migrations/V31__version.sql
simple | Configurable prefix for metric names | Environment variable METRICS_PREFIX, default empty. | metrics/registry.js:4
documentation | Hinweise zur Inbetriebnahme | Kapitel 3 des Handbuchs: Verkabelung, erste Anmeldung, Fehlercodes. | handbuch/kapitel3.md:5
simple | Schriftgröße in der Tabelle anpassen | 13 statt 12 Pixel. | ui/tabelle.css:3
complex | Gleichzeitige Buchungen absichern | Zwei Kassen dürfen denselben Platz nicht verkaufen. Sperre je Platz, Freigabe nach zwei Minuten. | buchung/platz.py:6, buchung/sperre.py, buchung/kasse.py:9
simple | Ajouter le champ téléphone au formulaire | Facultatif, format international. | app/Form/ContactType.php:3, templates/contact.html.twig:2
complex | Refondre le calcul des remises | Les règles se chevauchent; résultat identique sur les commandes des deux dernières années. | src/Pricing/Discounts.php:22, src/Pricing/Rules.php:18, src/Pricing/Engine.php
simple | Ordenar la lista por fecha | La más reciente primero. | src/lista.vue:3
complex | Recuperar el trabajo tras un corte de luz | Guardar el progreso sin perder ni repetir pasos. | src/proceso/estado.c, src/proceso/diario.c, src/proceso/main.c:16
documentation | Guía de instalación en Windows | Con capturas de pantalla. | docs/instalacion-windows.md
simple | Feature flag for the new checkout | Off by default; the old path stays. | checkout/flags.ts:1, checkout/page.tsx:8
complex | Rewrite the importer so that it never loads a whole file | Files have grown to 8 GB; line by line, errors collected with their position, same results as today. | importer/importer.py:21, importer/reader.py:6, importer/report.py:4, tests/test_importer.py:12
simple | Drop support for Python 3.8 | In the metadata and the CI matrix. | pyproject.toml:3, .github/workflows/test.yml:2, tox.ini:1
simple | Colour-blind safe palette for the pie chart | Six hex values from the style guide. | charts/palette.scss:1
complex | Decode HDR video on the GPU | Vulkan path with tone mapping, software as a fallback, no copy through main memory. | player/vk/decode.cpp, player/vk/tonemap.comp, player/pipeline.cpp:26, player/caps.cpp:7
simple | Mute button | Remembers its state in the settings. | player/ui/mute.qml, player/settings.cpp:5
documentation | Licences of third-party code | One section for each library we ship. | THIRD_PARTY_NOTICES.md:30
simple | Retry the upload button after a failure | A link "Try again" beside the error. | src/upload/Failed.tsx:2
complex | Lint rule: no database call inside a loop | Follow calls through three levels, understand map and for-of, report the chain. | packages/eslint-plugin/src/no-query-in-loop.ts, packages/eslint-plugin/src/callGraph.ts, packages/eslint-plugin/tests/no-query-in-loop.test.ts
simple | Keep the scroll position when going back | sessionStorage is enough. | web/router.ts:4
complex | Schema registry for events | Producers register a version, consumers refuse what they cannot read, compatibility is checked in CI. | events/registry.go, events/check.go, cmd/eventcheck/main.go, events/producer.go:8
simple | Add a seed script for the demo database | Ten customers, thirty orders. | scripts/seed_demo.py
simple | Use const for the three regular expressions in utils | They are compiled at each call. | src/utils.js:5
complex | Branch prediction friendly hash probe | At least 20 % faster on the join benchmark, no change for small tables. | exec/join/probe.cpp:15, exec/join/hash_table.h:12
documentation | Correct the examples in the quick start | Two commands were renamed. | README.md:11, docs/quickstart.md:4
simple | Mail address of support | support@ instead of help@, on all four pages. | site/contact.html:2, site/imprint.html:2, site/faq.html:4, site/index.html:9
complex | Offline mode for the survey app | Answers are kept on the tablet, sent once there is a network, never lost, never sent twice. | app/lib/outbox.dart, app/lib/api.dart:9, app/lib/survey_page.dart:12, app/test/outbox_test.dart
simple | Confirm before a project is deleted | Type the name. | src/projects/DeleteDialog.tsx, src/projects/Settings.tsx:6
simple | Log level from the environment | LOG_LEVEL, default info. | src/logger.rs:2
complex | Constant-time comparison everywhere secrets are compared | Find all places, one helper, a test that measures. | internal/secret/compare.go, auth/**, webhooks/verify.go:3
simple | Export as vCard | Name, mail, telephone. One file for all selected contacts. | contacts/export_vcard.py, contacts/views.py:8, contacts/tests/test_vcard.py
complex | Calibrate the robot arm from camera pictures | Solve for the transform from twelve poses, reject outliers, report the error in millimetres. | calib/solve.py, calib/poses.py, calib/report.py:3
simple | Publish Docker images for arm64 | Add the platform to the release job. | .github/workflows/release.yml:4
documentation | FAQ entry about refunds | Three sentences. | help/faq/refunds.md
complex | Bring the query planner to use partial indexes | Prove that the predicate implies the condition; never a wrong result. | planner/implication.c, planner/paths.c:48, planner/cost.c:30, test/partial_index.sql
simple | Ignore .DS_Store in the packer | And Thumbs.db. | pack/walk.ts:3, pack/walk.test.ts:3
complex | End-to-end encryption for notes | Keys from the passphrase, rotation, sharing with a second person; the server never sees plain text. | notes/crypto/keys.ts, notes/crypto/box.ts, notes/store.ts:10, notes/share.ts:6
simple | Swap the order of the two dashboard cards | Revenue first. | dash/home.vue:4
simple | Add the commit hash to --version | At build time. | build.rs:1, src/main.rs:3
complex | Saga for booking flight, hotel and car | Each step has a compensation; a crash at any point is resumed; at most one charge. | booking/saga.ts, booking/steps.ts, booking/journal.ts, booking/api.ts:9
documentation | Document the retry policy of the SDK | When it retries, how long it waits, how to turn it off. | sdk/docs/retries.md
simple | Rename table users_old to users_archive | Nothing reads it any more. | db/migrate/20250102_rename_users_old.rb
simple | Validate the IBAN check digits | mod 97, message below the field. | forms/iban.ts, forms/iban.test.ts, forms/payment.tsx:5
complex | Live preview for the theme editor | Changes show within 50 ms without reload; nested overrides; undo. | themes/preview.ts, themes/resolve.ts:14, themes/editor.tsx:19
simple | Unit tests for parse_duration | All suffixes, negative values, overflow. | tests/test_duration.py
simple | Health check for the parser service | GET /healthz answers ok. | parser/server.go:4
complex | Why does memory grow by 40 MB an hour? | Seen in production only. Heap dumps are in the ticket. Fix it. | server/**
simple | Set the cache header for fonts to one year | They have a hash in their names. | nginx/static.conf:2
simple | Async version of read_config | Same signature with await, used by the two callers. | config/io.py:3, app/boot.py:4
simple | Move the lock icon to the left of the title | As in the mock-up. | ui/DocHeader.tsx:4
simple | Link to the security policy in the footer | Opens in the same tab. | site/footer.njk:1
complex | Multi-region failover for the session store | Reads stay local, writes go to the leader, a region may be lost; at most five seconds of sessions are lost. | infra/sessions/main.tf:9, infra/sessions/failover.tf, services/session/store.go:14, services/session/region.go
simple | Deprecation notice for /v1/search | A header and a line in the log. | api/v1/search.py:6
simple | Print the schema version at start | From the migrations table. | cmd/server/main.go:6
documentation | Postmortem of 12 March | Timeline, cause, what we change. | docs/postmortems/2025-03-12.md
complex | Allow nested transactions | Savepoints, rollback of the inner one alone, the pool must get its connections back in every case. | db/tx.ts:11, db/pool.ts:13, db/tx.test.ts:8
simple | Group the permissions page by module | Headings only, the order inside stays. | admin/permissions.html.erb:4
simple | Rate limit the login form to 5 per minute | The middleware exists. | auth/routes.rb:4
simple | Round the corners of the avatar | 8 px. | css/avatar.css:1
complex | Plug-in API, first version | Discovery, life cycle, isolation of failures, versioned hooks; the three built-in extensions become plug-ins. | core/plugins/host.ts, core/plugins/hooks.ts, core/app.ts:17, ext/git/index.ts:9, ext/ci/index.ts:8, ext/chat/index.ts:7
simple | A11y: label for the search field | aria-label, in both languages. | src/Search.jsx:3, i18n/en.json:22, i18n/de.json:23
complex | Rechtevererbung in Ordnern | Rechte gelten für alle Unterordner, lassen sich unterbrechen und widerrufen; auch über Verknüpfungen und Exporte. | rechte/vererbung.java, rechte/pruefung.java:11, ordner/ordner.java:13
simple | Corrigir o texto do botão "Salvar" | Está escrito "Salva". | src/componentes/Botao.tsx:1
documentation | Traduire la page d'accueil de la documentation | Même structure. | docs/fr/index.md
simple | 一覧に更新日を表示する | 右端の列に追加。 | src/list.tsx:4
complex | Incremental compilation | Only what depends on a changed file is built anew; results are the same as from a clean build. | compiler/driver.ml:13, compiler/deps.ml, compiler/cache.ml
simple | Sample configuration for nginx | With comments. | contrib/nginx.conf
simple | bump lodash | 4.17.20 has an advisory | package.json:3, package-lock.json:400
complex | Upgrade React 16 to 18 | Strict mode, new root API, the four class components that rely on legacy context. | package.json:4, src/index.tsx:2, src/legacy/**, src/App.tsx:8
complex | Reduce p99 of the feed endpoint from 900 to 200 ms | Profile first. Answers must not change. | feed/service.go:23, feed/rank.go:14, feed/store.go:18
simple | Remember the last used tab | localStorage. | src/Tabs.tsx:4
complex | Grammar for the rule language | Precedence, good messages with position, no backtracking beyond two tokens. | rules/grammar.pest, rules/ast.rs, rules/parse.rs, rules/tests/parse.rs
simple | Empty state for the inbox | Picture and a sentence. | inbox/Empty.tsx, inbox/List.tsx:5
simple | Let the CLI read the token from stdin | With --token-stdin; trim the newline. | cli/auth.go:5, cli/auth_test.go:6
complex | Audit log that cannot be tampered with | Chain of hashes, verification command, rotation, works with two writers. | audit/log.rs, audit/verify.rs, audit/writer.rs:4, cli/audit.rs
documentation | Docstrings for the public functions of geometry | Parameters, units, an example each; no change of code. | docs/geometry.rst:4
simple | Comments and docstrings in geometry.py | Parameters and units; no change of behaviour. | lib/geometry.py:12
simple | Fill in the missing German translations | Fourteen keys. | locales/de.yml:18
complex | Merge two customer records | All references move, duplicates of addresses are joined, can be undone for thirty days. | crm/merge.py, crm/models.py:21, crm/undo.py, crm/tests/test_merge.py
simple | Align the totals to the right | In the PDF only. | reports/pdf.xsl:9
complex | Real-time dashboard with 10,000 points per second | Downsample on the server, draw on a canvas, stay below 30 % of a core. | dash/stream.ts, dash/downsample.ts, dash/canvas.ts:8
simple | Pagination links as rel=next and rel=prev | In the head. | blog/templates/list.html:3
simple | Test data builder for orders | with_items, with_discount, build. | tests/support/order_builder.rb
complex | Payroll run for part-time workers in several states | Taxes of both states, retroactive changes, rounding so that sums match; last year's results as reference. | payroll/run.cob:60, payroll/taxes.cob:44, payroll/round.cob:9
simple | Stop the spinner when the request is cancelled | It turns for ever. | src/useRequest.ts:3, src/useRequest.test.ts:4
complex | Kernel module: handle surprise removal of the device | Outstanding requests are failed, no use after free, open files stay valid. | drivers/misc/probe.c:28, drivers/misc/queue.c:12
simple | Limit the nickname to 32 characters | In the form and in the model. | users/forms.py:3, users/models.py:7
documentation | Changelog entry and upgrade note for 3.1 | Mention the new default. | CHANGELOG.md:60, docs/upgrading.md:9
complex | Undoable bulk edit | Up to 100,000 rows in batches, progress, cancel, one undo for all of it. | grid/bulk.ts, grid/undo.ts:9, grid/rows.ts:20, server/bulk.ts
simple | Use the shared Button in the settings | It has a copy of its own. | settings/Button.tsx:1, settings/Page.tsx:5
simple | Turn the debug endpoint off in production | By the existing flag. | server/debug.ts:2
complex | Detect cycles in spreadsheet formulas and recalculate only what changed | Topological order, volatile functions, ranges over whole columns. | calc/graph.ts, calc/recalc.ts:13, calc/formula.ts:27
`;
