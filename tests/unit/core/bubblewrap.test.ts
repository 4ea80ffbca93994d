import { expect, test } from "bun:test";
import { bubblewrapPrefix, type Mount } from "../../../src/core/bubblewrap.ts";

const mounts: readonly Mount[] = [
  { path: "/home/ada/work/tree", kind: "writable" },
  { path: "/home/ada/.npmrc", kind: "hidden-file" },
  { path: "/home/ada/work", kind: "hidden-folder" },
  { path: "/tmp", kind: "writable", source: "/state/tmp" },
  { path: "/home/ada/work/objects", kind: "read-only" },
];

test("what lies above is mounted before what lies below, and what is hidden is closed last", () => {
  const prefix = bubblewrapPrefix("/usr/bin/bwrap", mounts, { network: true }).join(" ");
  const inOrder = [
    "--ro-bind / /",
    "--bind /state/tmp /tmp",
    "--dev-bind /dev/null /home/ada/.npmrc",
    "--tmpfs /home/ada/work ",
    "--bind /home/ada/work/tree /home/ada/work/tree",
    "--ro-bind-try /home/ada/work/objects /home/ada/work/objects",
    "--remount-ro /home/ada/work --",
  ];
  const places = inOrder.map((part) => prefix.indexOf(part));
  expect(places.every((place) => place >= 0)).toBe(true);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
});

test("the network is cut off unless it is asked for", () => {
  expect(bubblewrapPrefix("bwrap", [], { network: false })).toContain("--unshare-net");
  expect(bubblewrapPrefix("bwrap", [], { network: true })).not.toContain("--unshare-net");
});
