import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import { createOpencodeClient, type Event, type OpencodeClient } from "@opencode-ai/sdk/v2/client";
import { SessionEvents } from "../../src/host/sessionEvents.ts";
import { type HermeticHome, makeHermeticHome } from "../support/hermeticHome.ts";
import { type ModelHandler, ModelServer } from "../support/modelServer.ts";
import { opencodeConfig, placeConfig, startOpencode } from "../support/opencode.ts";
import { type FileTree, makeRepository, type Repository } from "../support/repository.ts";

/** One `opencode serve` with a scripted model and no plugin: many facts about sessions in one process. */
export interface ServedOpencode extends AsyncDisposable {
  readonly client: OpencodeClient;
  readonly home: HermeticHome;
  readonly repository: Repository;
  readonly model: ModelServer;
  /** The same events, as the plugin hands them on. */
  readonly events: SessionEvents;
  /** Resolves with the first event that `isWanted` accepts, also one that came before; rejects after 30 s. */
  event(isWanted: (event: Event) => boolean): Promise<Event>;
}

const LIMIT_MS = 30_000;

export async function serveOpencode(
  files: FileTree,
  handler: ModelHandler,
  extra: Readonly<Record<string, unknown>> = {},
): Promise<ServedOpencode> {
  const home = await makeHermeticHome();
  const repository = await makeRepository({ files });
  const model = await ModelServer.start(handler);
  await placeConfig(opencodeConfig({ baseUrl: model.baseUrl, plugin: false, extra }), "global", { home, repository });
  const port = await freePort();
  const baseUrl = `http://127.0.0.1:${port}`;
  const running = startOpencode(["serve", `--port=${port}`], { cwd: repository.path, home, timeoutMs: 150_000 });
  await eventually(() => isUp(baseUrl), "answer of opencode serve");
  const client = createOpencodeClient({ baseUrl, directory: repository.path });
  const seen: Event[] = [];
  const { stream } = await client.event.subscribe({}, { sseMaxRetryAttempts: 1 });
  const events = new SessionEvents();
  const pump = collect(stream, (event) => {
    seen.push(event);
    events.publish(event);
  });
  return {
    client,
    home,
    repository,
    model,
    events,
    event: (isWanted) => eventually(() => seen.find(isWanted), "event"),
    async [Symbol.asyncDispose]() {
      running.signal("SIGKILL", "group");
      await Promise.all([running.finished, pump, model.close()]);
      await Promise.all([home.remove(), repository.remove()]);
    },
  };
}

/** Polls until `look` finds something. */
export async function eventually<Found>(look: () => Found | undefined | Promise<Found | undefined>, what: string) {
  const end = performance.now() + LIMIT_MS;
  while (performance.now() < end) {
    const found = await look();
    if (found !== undefined) return found;
    await wait(25);
  }
  throw new Error(`No ${what} within ${LIMIT_MS / 1000} s`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

/** A request sent at the moment the port opens can hang, so each has a limit of its own. */
async function isUp(baseUrl: string): Promise<true | undefined> {
  const signal = AbortSignal.timeout(1_000);
  const response = await fetch(`${baseUrl}/global/health`, { signal }).catch(() => undefined);
  return response?.ok ? true : undefined;
}

async function collect(stream: AsyncIterable<Event>, take: (event: Event) => void): Promise<void> {
  try {
    for await (const event of stream) take(event);
  } catch {
    // The stream ends with the server.
  }
}
