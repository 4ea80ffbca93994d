import { realpathSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join } from "node:path";
import type { Mount } from "./bubblewrap.ts";
import { ALLOWED_VARIABLES } from "./environment.ts";
import { keyPlaces, registryKeyPlaces } from "./keyPlaces.ts";
import type { SandboxPlace } from "./sandbox.ts";

/**
 * What the commands of a place see of the file system where that is not simply read-only. Looks at the disk: only what is
 * there can be hidden.
 *
 * /tmp is the place's own and /run is empty: sockets there (key agents, the message bus, container engines) give the
 * machine away. What has to go on working below them, such as a HOME or a program in /tmp, is shown again, read-only.
 */
export function sandboxMounts(place: SandboxPlace, environment: NodeJS.ProcessEnv): readonly Mount[] {
  const mounts = new MountTable();
  for (const path of ["/tmp", "/var/tmp"]) mounts.share(path, "writable", join(place.scratch, "tmp"));
  // The user's own folder for temporary files holds sockets too.
  for (const path of ["/run", "/var/run", environment.TMPDIR]) {
    if (path !== undefined && mounts.shows(path)) mounts.hide(path);
  }
  // Before anything else is hidden: this is for /tmp and /run only, and must uncover no key.
  for (const path of [...neededPaths(environment), ...place.visible]) mounts.showAgain(path);
  for (const path of keyPlaces(environment)) mounts.hide(path);
  if (!place.installing) for (const path of registryKeyPlaces(environment)) mounts.hide(path);
  for (const path of place.hidden) mounts.hide(path);
  for (const path of place.readable) mounts.showAgain(path);
  for (const path of [...place.writable, place.scratch]) mounts.share(path, "writable");
  return mounts.all;
}

/** What is mounted where, each call over those before it. */
class MountTable {
  private readonly byPath = new Map<string, Mount>();

  /** All but what is hidden where nothing is shown anyway. */
  get all(): readonly Mount[] {
    return [...this.byPath.values()].filter(
      ({ kind, path }) => !kind.startsWith("hidden") || this.shows(dirname(path)),
    );
  }

  /** Whether what the machine has at `path` can be seen there. */
  shows(path: string): boolean {
    for (let folder = path; ; folder = dirname(folder)) {
      const mount = this.byPath.get(folder);
      if (mount !== undefined) return (mount.source ?? "") === mount.path;
      if (folder === "/") return true;
    }
  }

  /** Shows `source`, or the path itself, also under another name that leads to it. */
  share(path: string, kind: "read-only" | "writable", source?: string): void {
    const real = realPathOf(path);
    if (real === undefined) return;
    this.byPath.set(real, { path: real, kind, source: source ?? real });
    // A link that can be seen leads there by itself.
    if (real !== path && !this.shows(path)) this.byPath.set(path, { path, kind, source: source ?? real });
  }

  /** As `share`, read-only, where something that was mounted before covers the path. */
  showAgain(path: string): void {
    const real = realPathOf(path);
    if (real !== undefined && !(this.shows(real) && this.shows(path))) this.share(path, "read-only");
  }

  hide(path: string): void {
    const real = realPathOf(path);
    if (real === undefined || real === "/") return;
    this.byPath.set(real, { path: real, kind: isFolder(real) ? "hidden-folder" : "hidden-file" });
  }
}

/** What programs need of /tmp and /run, where there is something of theirs. */
function neededPaths(environment: NodeJS.ProcessEnv): readonly string[] {
  const programs = (environment.PATH ?? "").split(":").filter(isAbsolute).map(installationOf);
  const named = ALLOWED_VARIABLES.filter((name) => name !== "TMPDIR" && name !== "PATH")
    .map((name) => environment[name] ?? "")
    .filter(isAbsolute);
  // How host names are found out, and where NixOS keeps the system's programs.
  return [...programs, ...named, "/etc/resolv.conf", "/run/current-system", "/run/wrappers", "/run/opengl-driver"];
}

/** The folder that a folder of programs belongs to: what they load lies beside it. */
function installationOf(programs: string): string {
  const above = dirname(programs);
  return /^\.?s?bin$/.test(basename(programs)) && dirname(above) !== "/" ? above : programs;
}

/** Undefined: there is nothing, or nobody of this user's may know. */
function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
