/** One place of the file system that differs from the rest, which is read-only as a whole. */
export interface Mount {
  /** Real, absolute path that the commands see it at. */
  readonly path: string;
  /** `hidden-folder`: empty, and nothing can be made in it. `hidden-file`: empty. */
  readonly kind: "read-only" | "writable" | "hidden-folder" | "hidden-file";
  /** What is shown there, for the first two; the path itself by default. */
  readonly source?: string;
}

/**
 * The arguments that start another program in bubblewrap: the file system read-only but for `mounts`, devices, process
 * ids and System V memory of its own, no capability, no terminal, gone with its parent. Without `network` there is a
 * loopback of its own.
 */
export function bubblewrapPrefix(
  program: string,
  mounts: readonly Mount[],
  { network }: { readonly network: boolean },
): readonly string[] {
  // What lies above is mounted first, or it would cover what lies below.
  const ordered = mounts.toSorted((a, b) => depthOf(a.path) - depthOf(b.path));
  const folders = ordered.filter(({ kind }) => kind === "hidden-folder").map(({ path }) => path);
  return [
    program,
    ...["--die-with-parent", "--new-session", "--unshare-pid", "--unshare-ipc"],
    ...(network ? [] : ["--unshare-net"]),
    ...["--cap-drop", "ALL"],
    ...["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"],
    ...ordered.flatMap(mountArguments),
    // Last: until then places below them have to be made. A write then fails, instead of being lost.
    ...folders.flatMap((path) => ["--remount-ro", path]),
    "--",
  ];
}

/** What is only read may have gone meanwhile; without what is written, no command may start. */
function mountArguments({ path, kind, source = path }: Mount): readonly string[] {
  switch (kind) {
    case "read-only":
      return ["--ro-bind-try", source, path];
    case "writable":
      return ["--bind", source, path];
    case "hidden-folder":
      return ["--tmpfs", path];
    case "hidden-file":
      return ["--dev-bind", "/dev/null", path];
  }
}

function depthOf(path: string): number {
  return path.split("/").filter((segment) => segment !== "").length;
}
