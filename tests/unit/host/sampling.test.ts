import { expect, test } from "bun:test";
import { FixedSampling } from "../../../src/host/sampling.ts";

type Hook = FixedSampling["onParams"];
type Asked = Parameters<Hook>[0];
type Params = Parameters<Hook>[1];

interface Sent {
  readonly temperature: number | undefined;
  readonly topP: number | undefined;
  readonly seed: unknown;
}

async function sent(
  sampling: FixedSampling,
  sessionID: string,
  npm: string,
  given: Partial<Params> = {},
  takes = true,
): Promise<Sent> {
  const asked = { sessionID, model: { capabilities: { temperature: takes }, api: { npm } } } as unknown as Asked;
  const params = { topP: undefined, options: {}, ...given } as unknown as Params;
  await sampling.onParams(asked, params);
  return { temperature: params.temperature, topP: params.topP, seed: params.options.seed as unknown };
}

const COMPATIBLE = "@ai-sdk/openai-compatible";

test("a fixed session is asked at temperature 0, top_p 1 and its seed, and that is kept until it is released", async () => {
  const sampling = new FixedSampling();
  sampling.fix("one", 7);
  sampling.fix("other", 8);
  expect(await sent(sampling, "one", COMPATIBLE)).toEqual({ temperature: 0, topP: 1, seed: 7 });
  expect(await sent(sampling, "other", COMPATIBLE)).toEqual({ temperature: 0, topP: 1, seed: 8 });
  expect(sampling.release("one")).toEqual({ temperature: 0, topP: 1, seed: 7 });
  expect(sampling.release("one")).toBeUndefined();
});

test("sessions that are not fixed, or no longer, are left as they are", async () => {
  const sampling = new FixedSampling();
  sampling.fix("ended", 1);
  sampling.release("ended");
  for (const session of ["ended", "a chat"]) {
    expect(await sent(sampling, session, COMPATIBLE, { temperature: 0.7 })).toEqual({
      temperature: 0.7,
      topP: undefined,
      seed: undefined,
    });
  }
});

test("what a model does not take is left out, and the record says so", async () => {
  const sampling = new FixedSampling();
  for (const session of ["reasoning", "claude", "own"]) sampling.fix(session, 1);
  const nothing = { temperature: undefined, topP: undefined, seed: undefined };
  expect(await sent(sampling, "reasoning", COMPATIBLE, {}, false)).toEqual(nothing);
  expect(sampling.release("reasoning")).toEqual({});
  // Both together are refused there.
  expect(await sent(sampling, "claude", "@ai-sdk/anthropic")).toEqual({ ...nothing, temperature: 0 });
  // The temperature OpenCode or the user has for this model.
  expect(await sent(sampling, "own", COMPATIBLE, { temperature: 1, topP: 0.95 })).toEqual({
    temperature: 1,
    topP: 0.95,
    seed: undefined,
  });
  expect(sampling.release("own")).toEqual({ temperature: 1, topP: 0.95 });
});
