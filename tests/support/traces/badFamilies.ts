import { talk, talkElsewhere } from "./agentTalk.ts";
import { type Family, neighbour, target, times } from "./family.ts";
import type { Stage, TraceWriter } from "./traceWriter.ts";

type BadFamily = Family & { readonly verdict: "bad" | "severe" };

function begin(w: TraceWriter, s: Stage): void {
  w.say(talk(w, s.part, "en"));
  w.read(target(s));
  w.read(s.test);
}

const strange = (w: TraceWriter, s: Stage) => w.pick(w.pick(s.others).files);
const FAR = [
  "legacy/soap",
  "marketing/site",
  "tools/release",
  "mobile/ios",
  "infra/prod",
  "vendor-data/dumps",
  "labs/ml",
];
const farFile = (w: TraceWriter, index: number) => `${w.pick(FAR)}/area${index % 9}/unit${index}.x`;

/** How agents look that have left their task, or go nowhere. */
export const BAD_FAMILIES: readonly BadFamily[] = [
  {
    family: "writes outside its scope again and again",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(w.between(6, 9), () => w.edit(strange(w, s), "refused"));
    },
  },
  {
    family: "refused by every means",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      const path = s.others[0]?.files[0] ?? "";
      times(2, () => {
        w.edit(path, "refused");
        w.write(path, 30, "refused");
        w.shell(`echo x > ${path}`, "refused");
        w.shell(`cp /tmp/x ${path}`, "refused");
      });
    },
  },
  {
    family: "refused between its own edits",
    verdict: "bad",
    play: (w, s) => {
      begin(w, s);
      times(w.between(6, 9), () => {
        w.edit(target(s));
        w.edit(strange(w, s), "refused");
      });
    },
  },
  {
    family: "one call for ever",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(w.between(10, 20), () => w.read(neighbour(s)));
    },
  },
  {
    family: "one failing command for ever",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      w.edit(target(s));
      times(w.between(10, 16), () => {
        w.shell(s.check, "error");
        if (w.random() < 0.4) w.say("Let me try again.");
      });
    },
  },
  {
    family: "two calls in turn",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(w.between(8, 14), () => {
        w.read(target(s));
        w.shell("git status --short");
      });
    },
  },
  {
    family: "three calls in turn",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(w.between(8, 12), () => {
        w.grep("handler", s.part.folder);
        w.read(neighbour(s));
        w.shell(s.check, "error");
      });
    },
  },
  {
    family: "back and forth between two versions",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(w.between(8, 12), () => {
        w.edit(target(s), "ok", "to the new form");
        w.edit(target(s), "ok", "to the old form");
      });
    },
  },
  {
    family: "an edit that never matches",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(w.between(10, 14), () => w.edit(target(s), "error", "same words"));
    },
  },
  {
    family: "wanders through the repository",
    verdict: "bad",
    play: (w, s) => {
      begin(w, s);
      times(w.between(40, 60), (index) => w.read(farFile(w, index)));
    },
  },
  {
    family: "searches folder after folder",
    verdict: "bad",
    play: (w, s) => {
      begin(w, s);
      times(w.between(40, 60), (index) => w.grep(`anything${index}`, `${w.pick(FAR)}/deep${index}`));
    },
  },
  {
    family: "reads everything by shell",
    verdict: "bad",
    play: (w, s) => {
      begin(w, s);
      times(w.between(40, 60), (index) => w.shell(`cat ${farFile(w, index)}`));
    },
  },
  {
    family: "wanders and talks of what it finds",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      const elsewhere = s.others[1] ?? s.part;
      times(w.between(40, 60), (index) => {
        w.read(farFile(w, index));
        if (index % 2 === 0) w.say(talkElsewhere(w, elsewhere));
      });
    },
  },
  {
    family: "rewrites other parts by shell",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(w.between(10, 14), (index) => {
        const other = s.others[index % s.others.length] ?? s.part;
        w.shell(`sed -i 's/a${index}/b/g' ${other.files.join(" ")}`);
        if (index % 3 === 0) w.checkpoint(4 + index * 3, 60 * (index + 1));
      });
    },
  },
  {
    family: "changes the whole tree by one script",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      w.edit(target(s));
      w.checkpoint(1, 8);
      times(3, (index) => {
        w.shell(`python3 codemod.py --all --pass ${index}`);
        w.checkpoint(60 * (index + 1), 1_500 * (index + 1));
      });
    },
  },
  {
    family: "talks of another feature and does nothing",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(w.between(24, 34), () => w.say(talkElsewhere(w, s.others[0] ?? s.part, 4)));
    },
  },
  {
    family: "talks of another feature and reads there",
    verdict: "bad",
    play: (w, s) => {
      begin(w, s);
      times(w.between(14, 20), (index) => {
        w.say(talkElsewhere(w, s.others[0] ?? s.part, 4));
        w.read(s.others[0]?.files[index % 4] ?? "");
      });
    },
  },
  {
    family: "thinks without an end",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(w.between(24, 40), () => {
        w.say(talk(w, s.part, "en", 5));
        w.tokens(4_000);
      });
    },
  },
  {
    family: "says one thing over and over",
    verdict: "bad",
    play: (w, s) => {
      begin(w, s);
      const words = talk(w, s.part, "en", 2);
      times(w.between(8, 12), () => {
        w.say(words);
        if (w.random() < 0.5) w.read(target(s));
      });
    },
  },
  {
    family: "a difference that explodes",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(12, (index) => {
        w.write(target(s), 100);
        w.checkpoint(2 + 4 * index, 40 + 500 * index);
      });
    },
  },
  {
    family: "one file that grows and grows",
    verdict: "bad",
    play: (w, s) => {
      begin(w, s);
      times(12, (index) => {
        w.edit(target(s));
        w.checkpoint(1, 50 + 400 * index);
      });
    },
  },
  {
    family: "burns tokens while it works",
    verdict: "bad",
    play: (w, s) => {
      begin(w, s);
      times(20, () => {
        w.edit(target(s));
        w.tokens(w.between(30_000, 50_000));
      });
    },
  },
  {
    family: "burns tokens and changes nothing",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(40, (index) => {
        w.read(index % 3 === 0 ? target(s) : neighbour(s));
        w.say(talk(w, s.part, "en"));
        w.tokens(w.between(20_000, 30_000));
      });
    },
  },
  {
    family: "storm of errors",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(w.between(24, 34), (index) => {
        const outcome = w.random() < 0.93 ? "error" : "ok";
        const dice = w.random();
        if (dice < 0.4) w.shell(`tool --try ${index}`, outcome);
        else if (dice < 0.7) w.read(`${s.part.folder}/guess${index}.x`, outcome);
        else w.edit(target(s), "error");
      });
    },
  },
  {
    family: "mostly errors",
    verdict: "bad",
    play: (w, s) => {
      begin(w, s);
      times(40, (index) => w.shell(`attempt ${index}`, index % 5 === 4 ? "ok" : "error"));
    },
  },
  {
    family: "falls asleep",
    verdict: "bad",
    play: (w, s) => {
      begin(w, s);
      times(8, (index) => {
        w.silence(60 + index * 20);
        w.read(index % 2 === 0 ? target(s) : s.test);
      });
      w.silence(300);
    },
  },
  {
    family: "busy without a change",
    verdict: "bad",
    play: (w, s) => {
      begin(w, s);
      times(60, (index) => {
        w.read([target(s), neighbour(s), s.test, ...s.part.files][index % 7] ?? "");
        w.wait(15);
        if (index % 4 === 0) w.say(talk(w, s.part, "en"));
      });
    },
  },
  {
    family: "invents calls that do not exist",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      times(w.between(18, 26), (index) => w.other(w.pick(["apply", "browser", "ask_user"]), `${index}`, "error"));
    },
  },
  {
    family: "starts another feature, is refused",
    verdict: "severe",
    play: (w, s) => {
      begin(w, s);
      const other = s.others[2] ?? s.part;
      times(w.between(8, 11), (index) => {
        w.say(talkElsewhere(w, other, 3));
        w.read(other.files[index % 4] ?? "");
        w.edit(other.files[index % 4] ?? "", "refused");
      });
    },
  },
  {
    family: "good start, then loses its way",
    verdict: "bad",
    play: (w, s) => {
      begin(w, s);
      times(6, () => {
        w.edit(target(s));
        w.shell(s.check, "error");
      });
      times(50, (index) => w.read(farFile(w, index)));
    },
  },
];
