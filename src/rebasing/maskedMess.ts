import type { Mess } from "./mess.ts";

/** A mess with every text in it passed through `mask`: keys are blotted out while they are still whole. */
export async function maskedMess(mess: Mess, mask: (text: string) => Promise<string>): Promise<Mess> {
  const optional = async (text: string | undefined) => (text === undefined ? undefined : mask(text));
  const all = (texts: readonly string[] | undefined) => texts && Promise.all(texts.map(mask));
  return {
    mess: mess.mess,
    says: await mask(mess.says),
    command: await optional(mess.command),
    printed: await optional(mess.printed),
    assertions:
      mess.assertions &&
      (await Promise.all(
        mess.assertions.map(async ({ says, test, file, line }) => ({
          says: await mask(says),
          test: await optional(test),
          file,
          line,
        })),
      )),
    paths: await all(mess.paths),
    signals: await all(mess.signals),
  };
}
