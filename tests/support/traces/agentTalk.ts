import type { Part, Project } from "./projects.ts";
import type { TraceWriter } from "./traceWriter.ts";

/** What agents say of their work: `@` is one of the words of the part they speak of, `#` a file of it. */
const TALK: Readonly<Record<Project["speaks"], readonly string[]>> = {
  en: [
    "I'll start by looking at # to see how the @ is handled today.",
    "The @ comes before the @, so # has to change first. Let me check the existing tests before I touch anything.",
    "Now I understand the structure. The helper in # already does half of this, the rest is a small change.",
    "The failing assertion says undefined instead of the @. Probably the early return skips it when the list is empty.",
    "Let me run the tests again to make sure nothing else depends on the old @ behaviour.",
    "That worked. Next the @: it needs the same treatment, otherwise the two would disagree at the boundary.",
    "Interesting: the type allows null here although no caller passes it. I keep it as it is, that is a different change.",
    "I've updated #. Two cases are left: the empty @ and a @ that appears twice.",
    "Hmm, the mock returns a promise where the real one doesn't, which explains the odd error. Awaiting it fixes the test.",
    "Everything passes. Summary: # now handles the @ as described, with tests for the @ and the edge cases.",
  ],
  de: [
    "Ich sehe mir zuerst # an, um zu verstehen, wie @ heute behandelt wird.",
    "Die Tests schlagen fehl, weil @ vor @ geprüft wird. Ich drehe die Reihenfolge um.",
    "Jetzt fehlt noch der Fall, dass @ leer ist; danach lasse ich alle Tests laufen.",
    "Die Änderung in # ist klein: eine Bedingung und eine Meldung. Außerdem ergänze ich einen Test für @.",
    "Alles grün. Zusammenfassung: @ verhält sich nun wie beschrieben, # enthält die neue Prüfung.",
  ],
  fr: [
    "Je commence par lire # pour comprendre comment @ est traité aujourd'hui.",
    "Le test échoue parce que @ est calculé avant @. J'inverse l'ordre.",
    "Il reste le cas où @ est vide ; ensuite je relance tous les tests.",
    "La modification dans # est petite : une condition et un message. J'ajoute un test pour @.",
    "Tout passe. En résumé : @ se comporte comme demandé et # contient la vérification.",
  ],
  ja: [
    "まず # を読んで、@の現在の処理を確認します。",
    "テストが失敗する原因は、@より先に@を処理していることです。順番を入れ替えます。",
    "@が空の場合がまだ残っています。その後ですべてのテストを実行します。",
    "# の変更は小さく、条件とメッセージだけです。@のテストも追加します。",
    "すべて成功しました。@は仕様どおりに動作し、# に確認処理を追加しました。",
  ],
};

/** A paragraph of so many sentences about a part. */
export function talk(writer: TraceWriter, part: Part, language: Project["speaks"], sentences = 1): string {
  return Array.from({ length: sentences }, () =>
    writer
      .pick(TALK[language])
      .replaceAll("@", () => writer.pick(part.terms))
      .replaceAll("#", () => writer.pick(part.files)),
  ).join(language === "ja" ? "" : " ");
}

/** What an agent says of something it was never asked for: many words of another part, and plans for it. */
const ELSEWHERE = [
  "While I am here, the @ deserves a proper redesign: a @ service with its own @ store and a queue for the @.",
  "The @ should support several kinds of @, each with a @ and a @ that users configure in a settings page.",
  "Next I will design the @ model. A @ belongs to a @, and every @ keeps a history for the analytics team.",
  "For the @ we want subscriptions, dashboards and a migration of all existing @ records to the new @ format.",
  "I think the most valuable improvement is a @ wizard that guides customers from the @ to the @ step by step.",
  "Let me outline the roadmap of the @ platform: first the @, then onboarding, then @ partners and pricing.",
] as const;

export function talkElsewhere(writer: TraceWriter, part: Part, sentences = 3): string {
  return Array.from({ length: sentences }, () =>
    writer.pick(ELSEWHERE).replaceAll("@", () => writer.pick(part.terms)),
  ).join(" ");
}
