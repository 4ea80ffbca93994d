import { Refusal } from "../core/refusal.ts";
import { answerOf, type OpencodeClient } from "./opencodeClient.ts";

/** The versions of OpenCode whose behaviour the contract tests pin (docs/HOST.md). */
const SUPPORTED_VERSIONS = ">=1.18.0 <2";

const OLDEST = { major: 1, minor: 18 } as const;

/**
 * Throws a `Refusal` unless the OpenCode around us is one we know. Asked when a command starts, not when the plugin
 * loads: OpenCode serves no request while it loads its plugins, and a chat must work in any version.
 */
export async function requireSupportedVersion(client: OpencodeClient): Promise<void> {
  const refusal = versionRefusal(await versionOf(client));
  if (refusal !== undefined) throw new Refusal(refusal);
}

/** What to tell the user about `version`, in one line; undefined when it is supported. */
export function versionRefusal(version: string | undefined): string | undefined {
  const found = /^v?(\d+)\.(\d+)\.\d+/.exec(version ?? "");
  const major = Number(found?.[1]);
  const minor = Number(found?.[2]);
  if (major === OLDEST.major && minor >= OLDEST.minor) return undefined;
  const needed = `multi-agent-coder runs in OpenCode ${SUPPORTED_VERSIONS}`;
  if (found === null)
    return `${needed}; this one says '${version ?? "nothing"}' when asked for its version: ${INSTALL}.`;
  if (major > OLDEST.major) return `${needed}, not in ${version}: update multi-agent-coder, or ${INSTALL}.`;
  return `${needed}, not in ${version}: run 'opencode upgrade', or ${INSTALL}.`;
}

const INSTALL = "install OpenCode with 'npm i -g opencode-ai@1'";

async function versionOf(client: OpencodeClient): Promise<string | undefined> {
  const { data } = await answerOf("its version", (limit) => client.global.health({ signal: limit }));
  return data?.version;
}
