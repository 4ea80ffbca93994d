/** Where in control.git the commits of a run that was cleaned are kept. */
export function keptRefs(runId: string): string {
  return `refs/mac/kept/${runId}`;
}

export function keptRef(runId: string, name: string): string {
  return `${keptRefs(runId)}/${name}`;
}
