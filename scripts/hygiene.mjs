// Finds in the repository's own files what would tie it to one machine or one package registry.
import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { root, run } from "./project.mjs";

/** `npm ci` takes the registry from the user's configuration only if neither file names one. */
const REGISTRY_RULES = [
  { file: "package-lock.json", pattern: /"resolved": "https?:\/\/[^"]*"/, says: "the lock file names a registry host" },
  { file: ".npmrc", pattern: /registry\s*=/, says: ".npmrc names a registry" },
];

/** A root folder such as `/app` or `/tmp` alone is a word that any text may hold. */
const machinePaths = [root, homedir()].filter((path) => path.split("/").length > 2);

/** @returns {Promise<string[]>} one line for each finding */
export async function findHygieneProblems() {
  const problems = [];
  for (const file of await ownFiles()) {
    const content = readIfThere(file);
    if (content === undefined || content.includes("\0")) continue;
    for (const rule of REGISTRY_RULES) {
      if (file === rule.file && rule.pattern.test(content)) problems.push(`${file}: ${rule.says}`);
    }
    for (const path of machinePaths) {
      if (content.includes(`${path}/`)) problems.push(`${file}: holds the path of this machine ${path}/`);
    }
    if (/^tests\/.*\.test\.ts$/.test(file)) problems.push(...testProblems(file, content));
  }
  return problems;
}

function testProblems(file, content) {
  const problems = [];
  if (/^\s*(?:test|describe|it)\.only\(/m.test(content)) problems.push(`${file}: .only leaves the other tests out`);
  if (!/\bexpect\(|\bfc\.assert\(/.test(content)) problems.push(`${file}: a test file without an assertion`);
  return problems;
}

async function ownFiles() {
  const { passed, output } = await run("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    quiet: true,
  });
  if (!passed) throw new Error(`git ls-files failed: ${output.trim()}`);
  return output.split("\0").filter((path) => path !== "");
}

/** Undefined for what is listed but deleted, and for links and submodules. */
function readIfThere(file) {
  try {
    return readFileSync(join(root, file), "utf8");
  } catch {
    return undefined;
  }
}
