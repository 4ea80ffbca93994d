import { talk } from "./agentTalk.ts";
import { type Family, neighbour, target, times } from "./family.ts";
import type { Stage, TraceWriter } from "./traceWriter.ts";

/** Reads what it needs, says a word. */
function orient(w: TraceWriter, s: Stage): void {
  w.say(talk(w, s.part, "en"));
  w.read(target(s));
  w.read(neighbour(s));
  w.read(s.test);
}

/** The last run, the last words, what there is at the end. */
function finish(w: TraceWriter, s: Stage): void {
  w.shell(s.check);
  w.checkpoint();
  w.say(talk(w, s.part, "en", 2));
}

const numbered = (folder: string, count: number, name: string) =>
  Array.from({ length: count }, (_, index) => `${folder}/${name}${index}.x`);

/** How agents work that get there, each in its own way. */
export const GOOD_FAMILIES: readonly Family[] = [
  {
    family: "simple edit",
    play: (w, s) => {
      orient(w, s);
      w.edit(target(s));
      w.edit(s.test);
      finish(w, s);
    },
  },
  {
    family: "long refactoring inside the scope",
    sketch: ({ part, test }) => ({
      files: [`${part.folder}/**`, test],
      estimate: { tokens: 500_000, lines: 600, milliseconds: 900_000 },
    }),
    play: (w, s) => {
      orient(w, s);
      for (const path of numbered(s.part.folder, w.between(18, 26), "step")) {
        w.read(path);
        times(w.between(1, 4), () => w.edit(path));
        if (w.random() < 0.3) w.shell(s.check, w.random() < 0.5 ? "error" : "ok");
        if (w.random() < 0.3) w.say(talk(w, s.part, "en"));
        w.checkpoint();
      }
      finish(w, s);
    },
  },
  {
    family: "flaky test, many reruns",
    play: (w, s) => {
      orient(w, s);
      const outcomes = ["ok", "ok", "error", "ok", "ok", "error", "ok"] as const;
      for (const outcome of outcomes) w.shell(s.check, outcome);
      w.say(talk(w, s.part, "en", 2));
      w.edit(target(s));
      times(w.between(5, 8), () => w.shell(s.check));
      finish(w, s);
    },
  },
  {
    family: "big reading phase next to the scope",
    play: (w, s) => {
      orient(w, s);
      for (const path of numbered(s.part.folder, w.between(25, 45), "near")) w.read(path);
      for (const other of s.others) for (const path of other.files.slice(0, 2)) w.read(path);
      w.say(talk(w, s.part, "en", 2));
      w.edit(target(s));
      finish(w, s);
    },
  },
  {
    family: "documentation in the task's language",
    sketch: ({ part }) => ({ files: [`docs/${part.folder.split("/").at(-1)}.md`], reads: [...part.files] }),
    play: (w, s) => {
      for (const path of s.part.files) {
        w.read(path);
        w.say(talk(w, s.part, s.project.speaks, 3));
      }
      w.write(`docs/${s.part.folder.split("/").at(-1)}.md`, 140);
      w.say(talk(w, s.part, s.project.speaks, 3));
      w.checkpoint();
    },
  },
  {
    family: "refused once or twice, then adapts",
    play: (w, s) => {
      orient(w, s);
      times(w.between(1, 2), (index) => w.edit(s.others[0]?.files[index] ?? "", "refused"));
      w.say("That file is outside my scope. I solve it inside the files I may write.");
      w.edit(target(s));
      w.edit(s.test);
      finish(w, s);
    },
  },
  {
    family: "refused, asks for more scope, waits",
    play: (w, s) => {
      orient(w, s);
      w.edit(neighbour(s), "refused");
      w.other("mac_amend_scope", neighbour(s), "error");
      w.edit(neighbour(s), "refused");
      w.edit(target(s));
      w.shell(s.check, "error");
      w.edit(target(s));
      finish(w, s);
    },
  },
  {
    family: "compile and mend for long",
    play: (w, s) => {
      orient(w, s);
      times(w.between(15, 30), () => {
        w.edit(w.random() < 0.7 ? target(s) : s.test);
        w.shell(s.check, "error");
        if (w.random() < 0.3) w.read(target(s));
        if (w.random() < 0.3) w.say(talk(w, s.part, "en"));
      });
      w.edit(target(s));
      finish(w, s);
    },
  },
  {
    family: "large generated file",
    sketch: ({ part }) => ({ files: [part.files[0] ?? "", `${part.folder}/generated.x`] }),
    play: (w, s) => {
      orient(w, s);
      w.edit(target(s));
      w.checkpoint(1, 14);
      w.shell(`node scripts/generate.mjs > ${s.part.folder}/generated.x`);
      w.checkpoint(2, w.between(4_000, 20_000));
      finish(w, s);
      w.checkpoint(2, 20_050);
    },
  },
  {
    family: "test runs of several silent minutes",
    play: (w, s) => {
      orient(w, s);
      times(3, () => {
        w.edit(target(s));
        w.silence(w.between(150, 330));
        w.shell(s.check, w.random() < 0.5 ? "error" : "ok");
      });
      finish(w, s);
    },
  },
  {
    family: "research before the first line",
    sketch: () => ({ estimate: { tokens: 400_000 } }),
    play: (w, s) => {
      orient(w, s);
      times(w.between(8, 16), (index) => {
        w.other("webfetch", `https://example.org/${index}`);
        w.grep(`term${index}`, index % 3 === 0 ? s.others[1]?.folder : s.part.folder);
        w.read(`${s.part.folder}/sub/${index}.x`);
        if (index % 4 === 0) w.say(talk(w, s.part, "en", 3));
      });
      w.write(target(s), 90);
      w.edit(s.test);
      finish(w, s);
    },
  },
  {
    family: "tiny task",
    sketch: () => ({ estimate: { tokens: 20_000, lines: 4, milliseconds: 40_000 } }),
    play: (w, s) => {
      w.read(target(s));
      w.edit(target(s));
      w.checkpoint(1, w.between(2, 30));
      w.say("Done.");
    },
  },
  {
    family: "says nothing",
    play: (w, s) => {
      w.read(target(s));
      times(w.between(4, 9), () => w.edit(target(s)));
      w.shell(s.check);
      w.checkpoint();
    },
  },
  {
    family: "thinks aloud before each step",
    play: (w, s) => {
      orient(w, s);
      times(w.between(8, 14), () => {
        times(w.between(1, 4), () => w.say(talk(w, s.part, "en", 3)));
        if (w.random() < 0.5) w.edit(target(s));
        else w.read(`${s.part.folder}/more${w.between(0, 9)}.x`);
      });
      finish(w, s);
    },
  },
  {
    family: "searches the whole repository for callers",
    play: (w, s) => {
      orient(w, s);
      times(w.between(5, 9), (index) => w.grep(`caller${index}`));
      for (const other of s.others) w.read(other.files[0] ?? "");
      w.read("package.json");
      w.read("README.md");
      w.edit(target(s));
      finish(w, s);
    },
  },
  {
    family: "edits that do not match at first",
    play: (w, s) => {
      orient(w, s);
      times(4, () => {
        w.edit(target(s), "error");
        w.read(target(s));
        w.edit(target(s));
      });
      finish(w, s);
    },
  },
  {
    family: "scratch file, removed again",
    play: (w, s) => {
      orient(w, s);
      w.shell("cat > repro.tmp.js <<'END'\nconsole.log(1)\nEND");
      w.shell("node repro.tmp.js", "error");
      w.edit(target(s));
      w.shell("node repro.tmp.js");
      w.shell("rm repro.tmp.js");
      w.shell(`${s.check} > /tmp/out.log 2>&1; tail -n 20 /tmp/out.log`);
      finish(w, s);
    },
  },
  {
    family: "waits for a server to start",
    play: (w, s) => {
      orient(w, s);
      w.edit(target(s));
      w.shell("node server.js > /dev/null 2>&1 &");
      times(w.between(2, 4), () => w.shell("sleep 3 && curl -s localhost:3000/health", "error"));
      w.shell("sleep 3 && curl -s localhost:3000/health");
      finish(w, s);
    },
  },
  {
    family: "looks for the right command",
    play: (w, s) => {
      orient(w, s);
      for (const name of ["which node", "node --version", "npx --version", "make -n", "python3 --version"])
        w.shell(name, w.random() < 0.7 ? "error" : "ok");
      w.read("Makefile", "error");
      w.read("package.json");
      w.edit(target(s));
      finish(w, s);
    },
  },
  {
    family: "keeps a list of what is to do",
    play: (w, s) => {
      orient(w, s);
      times(w.between(5, 9), (index) => {
        w.other("todowrite", `${index}`);
        w.edit(target(s));
        if (index % 2 === 0) w.shell("git status --short");
        w.shell(s.check, index % 3 === 0 ? "error" : "ok");
        w.checkpoint();
      });
      finish(w, s);
    },
  },
  {
    family: "more lines and tokens than thought",
    play: (w, s) => {
      orient(w, s);
      times(10, (index) => {
        w.edit(index % 2 === 0 ? target(s) : s.test);
        w.tokens(w.between(15_000, 22_000));
        w.checkpoint(2, 30 * (index + 1));
      });
      finish(w, s);
      w.checkpoint(2, 310);
    },
  },
  {
    family: "nothing is known beforehand",
    sketch: () => ({ estimate: { tokens: undefined, lines: undefined, milliseconds: undefined } }),
    play: (w, s) => {
      orient(w, s);
      times(w.between(10, 20), (index) => {
        w.edit(target(s));
        if (index % 2 === 0) w.shell(s.check, "error");
        w.tokens(40_000);
        w.checkpoint(2, 60 * (index + 1));
      });
      finish(w, s);
    },
  },
  {
    family: "answers in English to a task in another language",
    play: (w, s) => {
      times(6, () => {
        w.say(
          "Let me check how the existing implementation deals with this before changing anything. The constructor takes an optional argument and falls back to the default, so callers should be unaffected by the new behaviour.",
        );
        w.read(`${s.part.folder}/x${w.between(0, 30)}.x`);
      });
      w.edit(target(s));
      w.say("I have implemented the requested change and added a regression test that covers the boundary conditions.");
      finish(w, s);
    },
  },
  {
    family: "reads by shell, sees one file in pieces",
    play: (w, s) => {
      w.shell("ls -la");
      w.shell(`cat ${target(s)}`);
      times(8, (index) => w.shell(`sed -n '${index * 100},${index * 100 + 99}p' ${neighbour(s)}`));
      times(6, (index) => w.readFrom(s.test, index * 200));
      w.shell(`sed -i 's/old/new/' ${target(s)}`);
      finish(w, s);
    },
  },
  {
    family: "only adds tests",
    sketch: ({ test }) => ({ files: [test], reads: [] }),
    play: (w, s) => {
      for (const path of s.part.files) w.read(path);
      times(w.between(4, 10), () => {
        w.edit(s.test);
        w.shell(s.check, w.random() < 0.4 ? "error" : "ok");
      });
      finish(w, s);
    },
  },
  {
    family: "reads all of it to write one overview",
    sketch: ({ part, others }) => ({
      files: ["docs/architecture.md"],
      reads: [],
      words: `Describe each part: ${[part, ...others].map(({ folder }) => folder).join(", ")}.`,
    }),
    play: (w, s) => {
      for (const { files } of [s.part, ...s.others]) for (const path of files) w.read(path);
      w.say(talk(w, s.part, "en", 2));
      w.write("docs/architecture.md", 120);
      w.checkpoint();
    },
  },
  {
    family: "one failure at a time after a rename",
    sketch: ({ part, test }) => ({ files: [...part.files, test] }),
    play: (w, s) => {
      orient(w, s);
      for (const path of [...s.part.files, s.test]) {
        w.shell(s.check, "error");
        w.say(talk(w, s.part, "en"));
        w.edit(path);
        w.checkpoint();
      }
      finish(w, s);
    },
  },
  {
    family: "finds nothing to do, proves it",
    play: (w, s) => {
      orient(w, s);
      w.shell(s.check);
      w.shell(`git log --oneline -5 -- ${target(s)}`);
      w.shell(`git diff HEAD~3 -- ${target(s)}`);
      w.shell(s.check);
      w.say(talk(w, s.part, "en", 4));
    },
  },
  {
    family: "slow model",
    sketch: () => ({ estimate: { milliseconds: 1_200_000 } }),
    play: (w, s) => {
      for (const path of [target(s), neighbour(s), s.test]) {
        w.read(path);
        w.silence(w.between(40, 90));
      }
      times(6, () => {
        w.edit(target(s));
        w.silence(w.between(60, 110));
        w.say(talk(w, s.part, "en"));
      });
      finish(w, s);
    },
  },
  {
    family: "mixed work of an hour",
    sketch: ({ part, test }) => ({
      files: [`${part.folder}/**`, test],
      estimate: { tokens: 900_000, lines: 800, milliseconds: 3_000_000 },
    }),
    play: (w, s) => {
      orient(w, s);
      times(150, (index) => {
        const dice = w.random();
        if (dice < 0.3) w.edit(`${s.part.folder}/m${w.between(0, 12)}.x`);
        else if (dice < 0.5) w.read(`${s.part.folder}/m${w.between(0, 25)}.x`);
        else if (dice < 0.65) w.shell(s.check, w.random() < 0.5 ? "error" : "ok");
        else if (dice < 0.75) w.grep(`g${index}`, w.pick([s.part, ...s.others]).folder);
        else if (dice < 0.9) w.say(talk(w, s.part, "en", w.between(1, 3)));
        else if (dice < 0.93) w.edit(s.others[2]?.files[0] ?? "", "refused");
        else w.silence(w.between(20, 80));
        if (index % 10 === 0) w.checkpoint();
      });
      finish(w, s);
    },
  },
];
