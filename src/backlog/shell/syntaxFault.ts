/** Quoting is decided elsewhere or by rules of their own from here on: nothing is said about such a line. */
const UNSURE = /`|\$['"]|\(\(|(?<!<)<<(?!<)|\[\[|\b(?:case|esac|alias|shopt|eval)\b|\$\{(?![\w#%:/.,=+?@*!^-]*\})/u;
const ENDING = /\b(?:exit|exec)\b/u;

/**
 * Why every shell refuses to read the line at all; undefined also where that is not certain. Linear in the length, and
 * apart from the reader of commands, for which much of what works is not understood.
 */
export function syntaxFault(line: string): "unclosed quote" | "unbalanced parenthesis" | undefined {
  if (UNSURE.test(line) || mayEndEarly(line)) return undefined;
  /** Innermost last. */
  const open: ('"' | "(")[] = [];
  for (let at = 0; at < line.length; at++) {
    const character = line[at];
    const isQuoted = open.at(-1) === '"';
    if (character === "\\") at++;
    else if (character === '"') {
      if (isQuoted) open.pop();
      else open.push('"');
    } else if (isQuoted) {
      if (line.startsWith("$(", at)) {
        open.push("(");
        at++;
      }
    } else if (character === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) return "unclosed quote";
      at = end;
    } else if (character === "(") open.push("(");
    else if (character === ")") {
      if (open.pop() === undefined) return "unbalanced parenthesis";
    } else if (character === "#" && /^$|[\s;&|()]/u.test(line[at - 1] ?? "")) {
      // Shells differ about a comment that hides a closing parenthesis.
      if (open.length > 0) return undefined;
      const end = line.indexOf("\n", at);
      at = end < 0 ? line.length : end;
    }
  }
  if (open.length === 0) return undefined;
  return open.includes('"') ? "unclosed quote" : "unbalanced parenthesis";
}

/** bash reads a line when those before it have run: after some commands it may never see the rest. */
function mayEndEarly(text: string): boolean {
  const ending = text.search(ENDING);
  return ending >= 0 && text.lastIndexOf("\n") > ending;
}
