/** What a track is held for, in words for a user, by which whoever finds it held tells what is at work there. */
export function trackPurpose(command: "implement" | "rollback" | "clean", trackId: string): string {
  return `${command} ${trackId}`;
}
