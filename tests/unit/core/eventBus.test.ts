import { describe, expect, test } from "bun:test";
import { AsyncDispatcher, EventBus } from "../../../src/core/eventBus.ts";

type Happening = { type: "landed"; task: string } | { type: "finished" };

function busWithErrors() {
  const errors: string[] = [];
  const bus = new EventBus<Happening>((error, event) => errors.push(`${event.type}: ${String(error)}`));
  return { bus, errors };
}

describe("EventBus", () => {
  test("brings an event to the listeners of its type, at once and in order of subscription", () => {
    const { bus } = busWithErrors();
    const heard: string[] = [];
    bus.on("landed", (event) => heard.push(`first ${event.task}`));
    bus.onAny((event) => heard.push(`any ${event.type}`));
    bus.on("finished", () => heard.push("finished"));
    bus.emit({ type: "landed", task: "T1" });
    expect(heard).toEqual(["first T1", "any landed"]);
  });

  test("a listener that throws is reported and harms neither the others nor the emitter", () => {
    const { bus, errors } = busWithErrors();
    const heard: string[] = [];
    bus.onAny(() => {
      throw new Error("broken");
    });
    bus.onAny((event) => heard.push(event.type));
    bus.emit({ type: "finished" });
    expect(heard).toEqual(["finished"]);
    expect(errors).toEqual(["finished: Error: broken"]);
  });

  test("unsubscribing holds at once, also from within a listener, and only for that subscription", () => {
    const { bus } = busWithErrors();
    const heard: string[] = [];
    const listener = () => heard.push("shared");
    bus.onAny(listener);
    bus.onAny(() => endSecond());
    const endSecond = bus.onAny(listener);
    bus.emit({ type: "finished" });
    expect(heard).toEqual(["shared"]);
  });

  test("who subscribes during an event hears the next one", () => {
    const { bus } = busWithErrors();
    let late = 0;
    const end = bus.onAny(() => bus.onAny(() => late++));
    bus.emit({ type: "finished" });
    end();
    expect(late).toBe(0);
    bus.emit({ type: "finished" });
    expect(late).toBe(1);
  });
});

describe("AsyncDispatcher", () => {
  test("delivers one at a time, in order; drain waits for what comes in meanwhile", async () => {
    const log: string[] = [];
    const dispatcher = new AsyncDispatcher<Happening & { type: "landed" }>(
      async (event) => {
        log.push(`begin ${event.task}`);
        await Promise.resolve();
        if (event.task === "T1") dispatcher.dispatch({ type: "landed", task: "T3" });
        log.push(`end ${event.task}`);
      },
      () => undefined,
    );
    dispatcher.dispatch({ type: "landed", task: "T1" });
    dispatcher.dispatch({ type: "landed", task: "T2" });
    await dispatcher.drain();
    expect(log).toEqual(["begin T1", "end T1", "begin T2", "end T2", "begin T3", "end T3"]);
  });

  test("a delivery that rejects is reported and the next one still comes", async () => {
    const delivered: string[] = [];
    const errors: string[] = [];
    const dispatcher = new AsyncDispatcher<Happening>(
      async (event) => {
        if (event.type === "landed") throw new Error(event.task);
        delivered.push(event.type);
      },
      (error) => errors.push(String(error)),
    );
    const { bus } = busWithErrors();
    bus.onAny(dispatcher.dispatch);
    bus.emit({ type: "landed", task: "T1" });
    bus.emit({ type: "finished" });
    await dispatcher.drain();
    expect(errors).toEqual(["Error: T1"]);
    expect(delivered).toEqual(["finished"]);
  });
});
