import type { RunRequests } from "./runRequests.ts";

/** How soon what another process wants is taken up. */
const LOOK_EVERY_MS = 1_000;

/**
 * Takes up what is wanted of a run while it goes on, until the returned function is called; that resolves once nothing is
 * being taken up any more.
 */
export function watchForRequests(requests: RunRequests, onTrouble: (error: unknown) => void): () => Promise<void> {
  let looking: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    looking = looking.then(() => requests.take()).catch(onTrouble);
  }, LOOK_EVERY_MS);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await looking;
  };
}
