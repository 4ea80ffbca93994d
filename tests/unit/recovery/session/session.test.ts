import { describe, expect, test } from "bun:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { z } from "zod";
import { attemptEvents, supervisionEvents } from "../../../../src/recovery/events/attemptEvents.ts";
import { landingEvents } from "../../../../src/recovery/events/landingEvents.ts";
import { personEvents } from "../../../../src/recovery/events/personEvents.ts";
import { runLevelEvents } from "../../../../src/recovery/events/runLevelEvents.ts";
import { parseRunEvent, type RunEvent } from "../../../../src/recovery/runEvents.ts";
import { RunProjection } from "../../../../src/recovery/runState.ts";
import { sessionSchema } from "../../../../src/recovery/session/sessionSchema.ts";
import { stateOf } from "../../../../src/recovery/session/sessionState.ts";
import { parseSession, SessionWriter } from "../../../../src/recovery/session/sessionText.ts";
import { stateDigest } from "../../../../src/recovery/stateDigest.ts";
import { legalRun } from "../legalRun.ts";
import { started, wholeTask } from "../runEventSamples.ts";

const PLACE = { seq: 7, sum: "0123456789abcdef0123456789abcdef" };

function follow(projection: RunProjection, events: readonly RunEvent[]): RunProjection {
  for (const event of events) {
    const applied = projection.apply(event);
    if (!applied.ok) throw new Error(applied.failure.message);
  }
  return projection;
}

const fold = (events: readonly RunEvent[]) => follow(new RunProjection(), events);

function textOf(events: readonly RunEvent[], writer = new SessionWriter()): string {
  return writer.textOf(fold(events).state, PLACE) ?? "";
}

describe("a session", () => {
  test("of whatever happened, is the state: what follows leads where it would have led", () => {
    fc.assert(
      fc.property(legalRun, fc.nat(), (events, cut) => {
        const at = 1 + (cut % events.length);
        const session = parseSession(textOf(events.slice(0, at)));
        if (session === undefined) throw new Error("it is not read");
        const continued = follow(new RunProjection(stateOf(session.state)), events.slice(at));
        const whole = fold(events);
        expect(continued.state).toEqual(whole.state);
        expect(stateDigest(continued.state)).toBe(stateDigest(whole.state));
      }),
      { numRuns: 60 },
    );
  });

  test("has the published form: named variables only, in the words of events", () => {
    const isPublished = new Ajv2020({ strict: true }).compile(z.toJSONSchema(sessionSchema));
    fc.assert(
      fc.property(legalRun, (events) => {
        const session = JSON.parse(textOf(events));
        if (!isPublished(session)) throw new Error(JSON.stringify(isPublished.errors));
        expect(JSON.stringify(session).match(/"[a-z]+[A-Z]\w*":/g)).toBeNull();
      }),
      { numRuns: 30 },
    );
    const session = JSON.parse(textOf([started("T1"), ...wholeTask("T1")]));
    expect(session).toMatchObject({
      version: 1,
      run_id: "20260102-030405000-abcdef",
      track_id: "feature",
      seq: 7,
      chained: PLACE.sum,
      state: {
        head: "landed-T1",
        tasks: [{ id: "T1", phase: "complete", landed_commit: "landed-T1", cost_usd: 0.25 }],
      },
    });
    for (const stranger of [
      { ...session, more: 1 },
      { ...session, state: { ...session.state, taskCount: 1 } },
    ]) {
      expect(isPublished(stranger)).toBe(false);
    }
  });

  test("is not read when anything in it was changed, or is not known", () => {
    const text = textOf([started("T1"), ...wholeTask("T1")]);
    expect(parseSession(text)).toBeDefined();
    for (let index = 0; index < text.length; index++) {
      const changed = text[index] === "7" ? "8" : "7";
      expect(parseSession(`${text.slice(0, index)}${changed}${text.slice(index + 1)}`)).toBeUndefined();
    }
    for (const cut of [0, 10, text.length - 1]) expect(parseSession(text.slice(0, cut))).toBeUndefined();
    // Of a version to come: sound, but with a variable more, or another number.
    expect(parseSession(sealed(text.replace('"version":1,', '"version":1,"mood":"good",')))).toBeUndefined();
    expect(parseSession(sealed(text.replace('"version":1,', '"version":2,')))).toBeUndefined();
    expect(parseSession(sealed(text))).toBeDefined();
  });

  test("tells a task again only when something happened to it, and says the same", () => {
    const writer = new SessionWriter();
    const events = [started("T1", "T2"), ...wholeTask("T1")];
    const projection = fold(events);
    const first = writer.textOf(projection.state, PLACE);
    expect(writer.textOf(projection.state, PLACE)).toBe(first);
    follow(projection, wholeTask("T2"));
    expect(writer.textOf(projection.state, PLACE)).toBe(textOf([...events, ...wholeTask("T2")]));
    expect(new SessionWriter().textOf(new RunProjection().state, PLACE)).toBeUndefined();
  });
});

test("legal runs are of all events there are, and of such as can be read from a journal", () => {
  // What is proven with them says nothing of an event they do not have: a new one belongs into `legalRun`.
  const seen = new Set(
    fc
      .sample(legalRun, { seed: 1, numRuns: 100 })
      .flat()
      .map(({ type }) => type),
  );
  const types = [...runLevelEvents, ...attemptEvents, ...supervisionEvents, ...personEvents, ...landingEvents].map(
    (schema) => schema.shape.type.value,
  );
  expect([...seen].sort()).toEqual(types.sort());
  fc.assert(
    fc.property(legalRun, (events) => {
      for (const event of events) expect(parseRunEvent(event)).toEqual({ ok: true, value: event });
    }),
    { numRuns: 30 },
  );
});

/** With the checksum that its text should have. */
function sealed(text: string): string {
  const body = text.slice(0, text.lastIndexOf(',"sum":"'));
  const sum = new Bun.CryptoHasher("sha256").update(`${body}}`).digest("hex");
  return `${body},"sum":"${sum}"}\n`;
}
