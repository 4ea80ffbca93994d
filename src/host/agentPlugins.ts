import { fileURLToPath } from "node:url";
import type { Config } from "@opencode-ai/sdk/v2/client";
import { PLUGIN_ID } from "./names.ts";

type Plugins = NonNullable<Config["plugin"]>;

/**
 * The plugins an agent's instance loads: those from packages, which may be what signs requests to a provider, and this
 * one, named as the user names it: a plugin under two names would be loaded twice. Files of the user's project stay out.
 * @param ownUrl `file:` URL of our bundled module
 */
export function pluginsForAgents(configured: Plugins | undefined, ownUrl: string): Plugins {
  const plugins = configured ?? [];
  const isOwn = (plugin: Plugins[number]) => leadsToModule(nameOf(plugin), fileURLToPath(ownUrl));
  const packages = plugins.filter((plugin) => !isPath(nameOf(plugin)) && !isOwn(plugin));
  return [...packages, plugins.find(isOwn) ?? ownUrl];
}

function nameOf(plugin: Plugins[number]): string {
  return typeof plugin === "string" ? plugin : plugin[0];
}

/** A package goes by its name, with or without a version; a path by the file itself or a folder around it. */
function leadsToModule(name: string, file: string): boolean {
  if (!isPath(name)) return name === PLUGIN_ID || name.startsWith(`${PLUGIN_ID}@`);
  const path = (name.startsWith("file:") ? fileURLToPath(name) : name).replace(/\/$/, "");
  return file === path || file.startsWith(`${path}/`);
}

function isPath(name: string): boolean {
  return name.startsWith("file:") || name.startsWith(".") || name.startsWith("/");
}
