/** A part of a repository: where it lives, a task about it, and the words people use when they speak of it. */
export interface Part {
  readonly folder: string;
  readonly files: readonly string[];
  readonly title: string;
  readonly description: string;
  readonly terms: readonly string[];
}

export interface Project {
  readonly name: string;
  /** The language people write its tasks in; agents may answer in English all the same. */
  readonly speaks: "en" | "de" | "fr" | "ja";
  readonly testOf: (part: Part) => string;
  readonly checkOf: (test: string) => string;
  readonly parts: readonly [Part, Part, Part, Part];
}

function part(folder: string, names: string, title: string, description: string, terms: string): Part {
  return {
    folder,
    files: names.split(" ").map((name) => `${folder}/${name}`),
    title,
    description,
    terms: terms.split(", "),
  };
}

const lastOf = (folder: string) => folder.slice(folder.lastIndexOf("/") + 1);

export const PROJECTS: readonly Project[] = [
  {
    name: "shop",
    speaks: "en",
    testOf: ({ folder }) => `tests/${lastOf(folder)}.test.ts`,
    checkOf: (test) => `bun test ${test}`,
    parts: [
      part(
        "src/cart",
        "cart.ts totals.ts discounts.ts lines.ts",
        "Apply coupons to the cart total",
        "A coupon lowers the total of a cart by a percentage or a fixed amount. It is applied after line discounts and never makes the total negative. An expired coupon is refused with the reason `expired`.",
        "cart, coupon, discount, total, percentage, line, expired, amount",
      ),
      part(
        "src/invoicing",
        "invoice.ts numbering.ts pdf.ts tax.ts",
        "Number invoices without gaps",
        "Invoices get consecutive numbers within a year. A cancelled invoice keeps its number. Two invoices issued at the same time never share one.",
        "invoice, numbering, year, cancelled, consecutive, issue, receipt, gap",
      ),
      part(
        "src/search",
        "index.ts ranking.ts synonyms.ts query.ts",
        "Rank exact matches first",
        "A product whose name equals the query comes before products that only contain it. Ties are broken by popularity.",
        "query, ranking, product, match, popularity, synonym, score, tie",
      ),
      part(
        "src/mail",
        "sender.ts templates.ts queue.ts bounce.ts",
        "Retry mails that bounce softly",
        "A soft bounce is tried again after 10, 30 and 90 minutes; a hard bounce marks the address as dead.",
        "mail, bounce, retry, sender, address, template, queue, delivery",
      ),
    ],
  },
  {
    name: "weather",
    speaks: "en",
    testOf: ({ folder }) => `tests/test_${lastOf(folder)}.py`,
    checkOf: (test) => `python -m pytest ${test} -q`,
    parts: [
      part(
        "weather/ingest",
        "reader.py grib.py cache.py units.py",
        "Read GRIB files in chunks",
        "Large GRIB files do not fit in memory. Read them message by message and yield one grid at a time; a damaged message is skipped and counted.",
        "grib, message, grid, chunk, memory, damaged, reader, yield",
      ),
      part(
        "weather/alerts",
        "rules.py notify.py severity.py areas.py",
        "Merge overlapping alerts",
        "Alerts of one severity for areas that touch become one alert. The earliest start and the latest end win.",
        "alert, severity, area, overlap, start, merge, region, expiry",
      ),
      part(
        "weather/stations",
        "registry.py calibrate.py sensors.py export.py",
        "Calibrate humidity sensors",
        "Each sensor has an offset per temperature band, measured in the laboratory. Apply it before values are stored.",
        "sensor, humidity, offset, temperature, band, calibration, station, reading",
      ),
      part(
        "weather/plots",
        "maps.py palette.py legend.py tiles.py",
        "Draw isobars every five hectopascals",
        "Pressure maps show isobars with labels. Lines are smoothed, labels do not overlap each other.",
        "isobar, pressure, map, label, contour, palette, legend, tile",
      ),
    ],
  },
  {
    name: "ledger",
    speaks: "en",
    testOf: ({ folder }) => `${folder}/${lastOf(folder)}_test.go`,
    checkOf: (test) => `go test ./${test.slice(0, test.lastIndexOf("/"))}/...`,
    parts: [
      part(
        "internal/transfer",
        "transfer.go limits.go reversal.go fees.go",
        "Reverse a transfer",
        "ReverseTransfer books the opposite entries with the original reference. A transfer can be reversed once, within 30 days.",
        "transfer, reversal, entry, reference, booking, fee, limit, original",
      ),
      part(
        "internal/audit",
        "trail.go export.go retention.go redact.go",
        "Keep the audit trail for ten years",
        "Records older than ten years are removed by a nightly job, except those under legal hold.",
        "audit, trail, retention, record, legal, hold, nightly, export",
      ),
      part(
        "internal/rates",
        "provider.go cache.go convert.go calendar.go",
        "Convert with the rate of the booking day",
        "Currency conversion uses the rate published on the booking day, or the last one before it on holidays.",
        "currency, rate, conversion, holiday, published, calendar, provider, booking",
      ),
      part(
        "web/admin",
        "login.tsx table.tsx theme.tsx menu.tsx",
        "Sort the table of users",
        "Clicking a column header sorts by it; clicking again reverses the order.",
        "table, column, header, sort, user, click, theme, menu",
      ),
    ],
  },
  {
    name: "raster",
    speaks: "en",
    testOf: ({ folder }) => `${folder.replace("/src", "")}/tests/${folder.split("/")[1]}.rs`,
    checkOf: (test) => `cargo test -p ${test.split("/")[1]}`,
    parts: [
      part(
        "crates/decode/src",
        "lib.rs jpeg.rs png.rs stream.rs",
        "Decode progressive JPEG",
        "Progressive scans refine coefficients in several passes. Support spectral selection and successive approximation.",
        "jpeg, progressive, scan, coefficient, spectral, huffman, marker, pass",
      ),
      part(
        "crates/resize/src",
        "lib.rs kernel.rs lanczos.rs simd.rs",
        "Add a Lanczos kernel",
        "Resizing with Lanczos3. Weights are normalised so that flat areas stay flat; edges repeat the last pixel.",
        "lanczos, kernel, resize, weight, pixel, edge, normalise, sinc",
      ),
      part(
        "crates/colour/src",
        "lib.rs icc.rs lab.rs gamma.rs",
        "Convert through ICC profiles",
        "Matrix profiles are applied with their tone curves. A missing profile means sRGB.",
        "icc, profile, tone, curve, matrix, srgb, gamma, white",
      ),
      part(
        "crates/cli/src",
        "main.rs args.rs progress.rs glob.rs",
        "Show progress in the terminal",
        "A bar with the number of images done, shown only when stderr is a terminal.",
        "progress, bar, terminal, stderr, image, argument, glob, tty",
      ),
    ],
  },
  {
    name: "clinic",
    speaks: "en",
    testOf: ({ folder }) => `${folder.replace("main", "test")}/${lastOf(folder)}Test.java`,
    checkOf: (test) => `mvn -q test -Dtest=${lastOf(test).replace(".java", "")}`,
    parts: [
      part(
        "src/main/java/org/clinic/appointments",
        "Appointment.java Slots.java Reminder.java Waitlist.java",
        "Offer freed slots to the waiting list",
        "When an appointment is cancelled, its slot is offered to the first patient of the waiting list for two hours, then to the next.",
        "appointment, slot, waitlist, patient, offer, cancel, reminder, hour",
      ),
      part(
        "src/main/java/org/clinic/prescriptions",
        "Prescription.java Dosage.java Interaction.java Refill.java",
        "Warn of interactions between drugs",
        "Before a prescription is signed, each pair of drugs is checked against the interaction table; severe ones need a comment.",
        "prescription, drug, interaction, dosage, refill, severe, comment, pair",
      ),
      part(
        "src/main/java/org/clinic/laboratory",
        "Sample.java Result.java Range.java Courier.java",
        "Flag results outside the normal range",
        "Ranges depend on age and sex. Results outside are flagged high or low.",
        "sample, laboratory, range, flag, high, low, age, courier",
      ),
      part(
        "frontend/app/dashboard",
        "chart.ts widget.ts layout.ts export.ts",
        "Export charts as images",
        "Each chart has a button that saves it as PNG with a white background.",
        "chart, widget, png, background, button, layout, dashboard, image",
      ),
    ],
  },
  {
    name: "bibliothek",
    speaks: "de",
    testOf: ({ folder }) => `tests/${lastOf(folder)}Test.php`,
    checkOf: (test) => `vendor/bin/phpunit ${test}`,
    parts: [
      part(
        "src/Ausleihe",
        "Ausleihe.php Frist.php Verlaengerung.php Rueckgabe.php",
        "Leihfrist verlängern",
        "Eine Ausleihe lässt sich zweimal um je 14 Tage verlängern, solange niemand das Buch vorgemerkt hat. Danach meldet der Dienst `keine_verlaengerung`.",
        "Ausleihe, Frist, Verlängerung, Vormerkung, Buch, Rückgabe, Tage, Leser",
      ),
      part(
        "src/Katalog",
        "Suche.php Titel.php Schlagwort.php Import.php",
        "Suche nach Schlagwörtern",
        "Die Suche findet Titel auch über verwandte Schlagwörter. Treffer im Titel stehen zuerst.",
        "Suche, Titel, Schlagwort, Treffer, Katalog, Autor, Import, Signatur",
      ),
      part(
        "src/Mahnung",
        "Mahnung.php Gebuehr.php Brief.php Stufe.php",
        "Mahngebühren staffeln",
        "Die erste Mahnung ist kostenlos, jede weitere kostet zwei Euro mehr, höchstens zehn Euro.",
        "Mahnung, Gebühr, Stufe, Brief, Euro, kostenlos, Staffel, Konto",
      ),
      part(
        "templates/benutzer",
        "profil.twig passwort.twig anmeldung.twig konto.twig",
        "Passwort zurücksetzen",
        "Ein Link in einer E-Mail erlaubt einmal innerhalb einer Stunde ein neues Passwort.",
        "Passwort, Link, Anmeldung, Profil, Formular, Stunde, Sitzung, Konto",
      ),
    ],
  },
  {
    name: "recettes",
    speaks: "fr",
    testOf: ({ folder }) => `spec/${lastOf(folder)}_spec.rb`,
    checkOf: (test) => `bundle exec rspec ${test}`,
    parts: [
      part(
        "app/recettes",
        "recette.rb portions.rb ingredients.rb etapes.rb",
        "Adapter les quantités au nombre de portions",
        "Les quantités d'une recette suivent le nombre de portions. Les œufs restent entiers, arrondis au supérieur.",
        "recette, portion, quantité, ingrédient, arrondi, œuf, étape, cuisson",
      ),
      part(
        "app/courses",
        "liste.rb rayon.rb partage.rb stock.rb",
        "Grouper la liste de courses par rayon",
        "La liste réunit les ingrédients identiques et les range par rayon du magasin.",
        "liste, rayon, magasin, ingrédient, course, partage, stock, groupe",
      ),
      part(
        "app/avis",
        "avis.rb moyenne.rb moderation.rb signalement.rb",
        "Calculer la note moyenne",
        "La moyenne ignore les avis signalés. Sans avis, aucune note n'est affichée.",
        "avis, note, moyenne, signalement, modération, étoile, commentaire, auteur",
      ),
      part(
        "config/deploiement",
        "serveur.yml sauvegarde.yml cache.yml certificats.yml",
        "Sauvegarder chaque nuit",
        "Une sauvegarde chiffrée part chaque nuit vers le second site.",
        "sauvegarde, nuit, serveur, site, certificat, cache, chiffrement, disque",
      ),
    ],
  },
  {
    name: "kaiwa",
    speaks: "ja",
    testOf: ({ folder }) => `${folder.replace("main", "test")}/${lastOf(folder)}Test.kt`,
    checkOf: (test) => `./gradlew test --tests ${lastOf(test).replace(".kt", "")}`,
    parts: [
      part(
        "app/src/main/kotlin/message",
        "Message.kt Thread.kt Draft.kt Reaction.kt",
        "下書きを自動保存する",
        "メッセージの下書きを三秒ごとに保存し、送信後に削除する。オフラインでも失われないこと。`DraftStore` を使う。",
        "下書き, メッセージ, 自動保存, 送信, 削除, オフライン, DraftStore, スレッド",
      ),
      part(
        "app/src/main/kotlin/contact",
        "Contact.kt Block.kt Invite.kt Sync.kt",
        "連絡先の同期を再試行する",
        "同期が失敗したら間隔を倍にして五回まで再試行する。`ContactSync` の状態を画面に表示する。",
        "連絡先, 同期, 再試行, 間隔, 状態, ContactSync, 招待, ブロック",
      ),
      part(
        "app/src/main/kotlin/call",
        "Call.kt Codec.kt Ringtone.kt Quality.kt",
        "通話品質を測定する",
        "パケット損失と遅延から通話品質を五段階で評価する。`QualityMeter` に結果を返す。",
        "通話, 品質, 遅延, パケット損失, 評価, QualityMeter, 音声, 着信",
      ),
      part(
        "server/stickers",
        "Pack.kt Store.kt Upload.kt Price.kt",
        "スタンプの並べ替え",
        "利用者がスタンプの順番を変えられるようにする。",
        "スタンプ, 順番, 並べ替え, 利用者, 画像, 購入, 価格, 一覧",
      ),
    ],
  },
  {
    name: "synth",
    speaks: "en",
    testOf: ({ folder }) => `test/${lastOf(folder)}_test.c`,
    checkOf: (test) => `make check TEST=${lastOf(test).replace(".c", "")}`,
    parts: [
      part(
        "src/osc",
        "osc.c osc.h wavetable.c blep.c",
        "Band-limit the sawtooth oscillator",
        "The sawtooth aliases above 5 kHz. Add a polyBLEP correction at the discontinuity; the other waves stay as they are.",
        "sawtooth, oscillator, alias, blep, discontinuity, phase, wavetable, frequency",
      ),
      part(
        "src/filter",
        "svf.c svf.h ladder.c envelope.c",
        "Keep the ladder filter stable",
        "At high resonance the ladder filter blows up when the cutoff moves quickly. Clamp the feedback and smooth the cutoff.",
        "ladder, filter, resonance, cutoff, feedback, stable, clamp, smooth",
      ),
      part(
        "src/midi",
        "parser.c parser.h running.c sysex.c",
        "Parse running status",
        "MIDI messages may omit the status byte when it repeats. System realtime bytes may come in between.",
        "midi, status, byte, running, realtime, sysex, parser, channel",
      ),
      part(
        "gui/panels",
        "knob.c meter.c skin.c window.c",
        "Draw knobs at any scale",
        "Knobs are drawn as vectors so that they stay sharp on dense screens.",
        "knob, vector, screen, scale, meter, skin, panel, window",
      ),
    ],
  },
  {
    name: "fleet",
    speaks: "en",
    testOf: ({ folder }) => `${folder}/tests/plan.tftest.hcl`,
    checkOf: (test) => `terraform -chdir=${test.slice(0, test.indexOf("/tests"))} test`,
    parts: [
      part(
        "modules/network",
        "main.tf subnets.tf routes.tf outputs.tf",
        "One subnet per zone",
        "Create a private subnet in each availability zone, with a route to the NAT gateway of the same zone.",
        "subnet, zone, gateway, nat, route, private, cidr, availability",
      ),
      part(
        "modules/cluster",
        "main.tf nodes.tf autoscale.tf outputs.tf",
        "Scale nodes to zero at night",
        "Development clusters have no nodes between 20:00 and 07:00; production is left alone.",
        "cluster, node, autoscale, night, schedule, production, development, zero",
      ),
      part(
        "modules/storage",
        "main.tf lifecycle.tf replicate.tf outputs.tf",
        "Move old objects to cold storage",
        "Objects not read for 90 days move to the cold class, and are deleted after seven years.",
        "object, storage, cold, lifecycle, bucket, days, class, delete",
      ),
      part(
        "ansible/roles/database",
        "tasks.yml backup.yml users.yml tuning.yml",
        "Create read-only database users",
        "Analysts get a user that can read all schemas and write none.",
        "database, analyst, schema, user, grant, backup, tuning, role",
      ),
    ],
  },
];
