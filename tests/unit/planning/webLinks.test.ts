import { expect, test } from "bun:test";
import { webLinks } from "../../../src/planning/webLinks.ts";

test("public origins are taken in the order of the text, each once, without what closes a sentence", () => {
  const text = `See https://docs.example.org/a_(b), [the guide](http://example.net:8080/x?y=1). **https://docs.example.org/c**
    <https://user:secret@Example.com/z> https://[2606:4700::1111]/ and https://example.com.`;
  expect(webLinks(text)).toEqual({
    origins: [
      "https://docs.example.org",
      "http://example.net:8080",
      "https://example.com",
      "https://[2606:4700::1111]",
    ],
    notes: [],
  });
});

test.each([
  "http://localhost:3000/x",
  "http://app.localhost/",
  "http://127.0.0.1/",
  "http://0x7f.1/",
  "http://2130706433/",
  "http://10.1.2.3/",
  "http://172.31.0.1/",
  "http://192.168.0.1/",
  "http://169.254.169.254/latest/meta-data",
  "http://100.64.0.1/",
  "http://0.0.0.0/",
  "http://[::1]/",
  "http://[fe80::1]/",
  "http://[fd00::1]/",
  "http://[::ffff:10.0.0.1]/",
  "http://[2002:a00:1::]/",
  "http://intranet/wiki",
  "http://printer.local/",
  "http://metadata.google.internal/",
  "https://LOCALHOST./",
])("%s is no public address", (link) => {
  const { origins, notes } = webLinks(`Read ${link} first`);
  expect(origins).toEqual([]);
  expect(notes).toEqual([expect.stringContaining("it is no public address")]);
});

test("what is no web link is none", () => {
  expect(webLinks("ftp://example.org file:///etc/passwd https:// http://: javascript:alert(1)")).toEqual({
    origins: [],
    notes: [],
  });
});

test("ten origins at most", () => {
  const { origins, notes } = webLinks(Array.from({ length: 12 }, (_, n) => `https://s${n}.example.org/`).join(" "));
  expect(origins).toHaveLength(10);
  expect(notes).toEqual(["of 12 web sites only the first 10 are read"]);
});
