import type { ResumeData } from "./agentRunner.ts";

/** H3. How a person's answer reaches an agent: as data, after its prompt. The same for every host and every check. */
export function withResumeData(prompt: string, resumeData: ResumeData | undefined): string {
  return resumeData === undefined ? prompt : `${prompt}\n\n${JSON.stringify({ resumeData })}`;
}
