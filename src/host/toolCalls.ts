import { createHash } from "node:crypto";
import type { ToolCall } from "../core/agentSupervisor.ts";
import { field } from "./sessionEvents.ts";

const DOES: Readonly<Record<string, ToolCall["does"]>> = {
  ...{ edit: "write", write: "write", multiedit: "write", patch: "write", apply_patch: "write" },
  ...{ read: "read", list: "read", glob: "read", grep: "read", lsp: "read" },
  ...{ bash: "shell", shell: "shell" },
};

/** A call of one of OpenCode's tools in terms of no particular host. */
export function toolCallOf(id: string, tool: string, args: unknown): ToolCall {
  const command = field(args, "command");
  return {
    id,
    tool,
    does: DOES[tool] ?? "other",
    paths: pathsOf(args),
    ...(typeof command === "string" ? { command } : {}),
    fingerprint: createHash("sha256")
      .update(JSON.stringify([tool, canonical(args)]))
      .digest("hex")
      .slice(0, 16),
  };
}

/** OpenCode's tools name a path in one of these; a patch names its files in its own text. */
function pathsOf(args: unknown): string[] {
  const named = ["filePath", "path"].map((name) => field(args, name)).filter((path) => typeof path === "string");
  const patch = field(args, "patchText");
  return typeof patch === "string" ? [...named, ...patchedPaths(patch)] : named;
}

const PATCH_LINE = /^\*\*\* (?:Add File|Update File|Delete File|Move to): (.+?)\s*$/;

function patchedPaths(patch: string): string[] {
  return patch.split("\n").flatMap((line) => PATCH_LINE.exec(line)?.[1] ?? []);
}

/** The same arguments in another order are the same arguments. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.map(([name, inner]) => [name, canonical(inner)]);
}
