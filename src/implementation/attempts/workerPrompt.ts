/**
 * D1. Version of all a worker is told besides what its task holds: the system text of its agent, and the sections of its
 * message. A test holds it against their text.
 */
export const WORKER_PROMPT_VERSION = "worker-1";
