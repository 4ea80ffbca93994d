import type { Identity } from "./userRepository.ts";

/** Who git is to say wrote a commit. */
export function identityVariables({ name, email }: Identity): Record<string, string> {
  return { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email, GIT_COMMITTER_NAME: name, GIT_COMMITTER_EMAIL: email };
}
