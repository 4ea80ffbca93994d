/** What follows is rejected, up to the end of the clause. */
const BEFORE_REJECTED =
  /\b(?:do not|don['’]t|does not|should not|shouldn['’]t|must not|will not|won['’]t|need not|never|avoid(?:ing)?|no need (?:for|to)|no|not(?= (?:add|use|build|introduce|create|write|implement)\b)|without|skip|omit|leave out|instead of|rather than|against|postpone|defer)\b(?:\s+(?:need|want|add|use|build|introduce|create|write|implement|have|require|include|adding|using|building|introducing|any|yet))*/giu;
/** What comes before is rejected, from the beginning of the clause. */
const AFTER_REJECTED =
  /\b(?:(?:is|are|would be|seems?)\s+)?(?:out of scope|unnecessary|overkill|not (?:needed|necessary|required|worth\w*|part of)|isn['’]t (?:needed|necessary|required)|(?:can|should) wait|premature)\b/giu;
const CLAUSE_END =
  /[,;:()]|\s[-–—]\s|\b(?:but|because|so|since|before|until|unless|when|while|which|that|as long as|for now|here|and|is|are|needed|required|necessary)\b/iu;

/** Quick, and right about most sentences: none of the words that reject. */
const REJECTING =
  /\b(?:no|not|never|avoid|need|without|skip|omit|leave|instead|rather|against|postpone|defer|scope|unnecessary|overkill|wait|premature|won|don|isn|shouldn)/iu;

/** Characters. A clause is shorter; what repeats a rejecting word for pages is not read by the square of its length. */
const LONGEST_CLAUSE = 400;

export function sentencesOf(text: string): string[] {
  return text
    .split(/\n+|(?<=[.!?;])\s+/u)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== "");
}

/** The pieces of a sentence that it argues against. */
export function rejectedIn(sentence: string): string[] {
  if (!REJECTING.test(sentence)) return [];
  const following = [...sentence.matchAll(BEFORE_REJECTED)].map((match) => {
    const start = match.index + match[0].length;
    const rest = sentence.slice(start, start + LONGEST_CLAUSE);
    return rest.slice(0, clauseLength(rest));
  });
  const preceding = [...sentence.matchAll(AFTER_REJECTED)].map((match) => {
    const before = sentence.slice(Math.max(0, match.index - LONGEST_CLAUSE), match.index);
    return before.slice(Math.max(...[",", ";", ":", "("].map((mark) => before.lastIndexOf(mark))) + 1);
  });
  return [...following, ...preceding];
}

function clauseLength(text: string): number {
  const end = text.search(CLAUSE_END);
  return end < 0 ? text.length : end;
}
