import { expect, test } from "bun:test";
import { Notices } from "../../../../src/implementation/supervision/notices.ts";

function conversation() {
  const said: string[] = [];
  const sent: string[] = [];
  const ignored: string[] = [];
  const notices = new Notices({
    messageOf: (id, signals) => `${id}: ${signals.join()}`,
    onSent: (id, delivery) => sent.push(`${id} ${delivery}`),
    onLost: () => undefined,
    onIgnored: (id) => ignored.push(id),
  });
  notices.attach({ sessionID: "s", say: async (message) => void said.push(message) });
  const calls = (count: number) => {
    for (let call = 0; call < count; call++) notices.noteCall();
  };
  return { notices, said, sent, ignored, calls };
}

test("a notice that is acknowledged is sent once", () => {
  const { notices, said, ignored, calls } = conversation();
  notices.send(["looping"]);
  calls(2);
  expect(notices.acknowledge("n1")).toBe(true);
  calls(50);
  expect(said).toEqual(["n1: looping"]);
  expect(ignored).toEqual([]);
  expect(notices.acknowledge("n1")).toBe(false);
});

test("one that is not is sent again once, then given up", () => {
  const { notices, sent, ignored, calls } = conversation();
  notices.send(["looping"]);
  calls(4);
  expect(sent).toEqual(["n1 1"]);
  calls(1);
  expect(sent).toEqual(["n1 1", "n1 2"]);
  calls(4);
  expect(ignored).toEqual([]);
  calls(1);
  expect(ignored).toEqual(["n1"]);
});

test("while one is open no other is sent; the next has a name of its own", () => {
  const { notices, said } = conversation();
  notices.send(["one"]);
  notices.send(["two"]);
  notices.acknowledge("n1");
  notices.send(["three"]);
  expect(said).toEqual(["n1: one", "n2: three"]);
});
