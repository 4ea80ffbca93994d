/** A kind of key, and where its value stands in a match: the group `value`, or all of it. */
export interface SecretPattern {
  /** As a person would call it. */
  readonly kind: string;
  readonly pattern: RegExp;
  /** Chosen by a person, not drawn at random. */
  readonly isPassword?: true;
}

/**
 * Keys that secretlint's recommended rules do not know. Only what its issuer marks as a key, by a prefix or by what
 * stands around it, and of the length they have: digests, ids and UUIDs have neither. Every pattern is linear: no two
 * neighbouring repetitions can match the same character.
 */
export const SECRET_PATTERNS: readonly SecretPattern[] = [
  { kind: "a Stripe key", pattern: /\b(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{20,250}\b/g },
  { kind: "a Stripe webhook secret", pattern: /\bwhsec_[A-Za-z0-9+/]{32,100}/g },
  { kind: "a Google API key", pattern: /\bAIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g },
  { kind: "a Google OAuth client secret", pattern: /\bGOCSPX-[A-Za-z0-9_-]{28}(?![A-Za-z0-9_-])/g },
  { kind: "an OpenRouter key", pattern: /\bsk-or-v1-[0-9a-f]{64}\b/g },
  { kind: "an API key", pattern: /\bsk-[A-Za-z0-9]{32,64}(?![A-Za-z0-9_-])/g },
  { kind: "a Groq key", pattern: /\bgsk_[A-Za-z0-9]{48,60}\b/g },
  { kind: "an xAI key", pattern: /\bxai-[A-Za-z0-9]{70,90}\b/g },
  { kind: "a Hugging Face token", pattern: /\bhf_[A-Za-z]{34}\b/g },
  { kind: "a GitLab token", pattern: /\bgl(?:pat|ptt|dt|rt|cbt|ft|soat)-[A-Za-z0-9_-]{20,300}(?![A-Za-z0-9_-])/g },
  { kind: "a PyPI token", pattern: /\bpypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,1000}/g },
  { kind: "a Docker Hub token", pattern: /\bdckr_(?:pat|oat)_[A-Za-z0-9_-]{27,40}(?![A-Za-z0-9_-])/g },
  { kind: "a DigitalOcean token", pattern: /\bdo[opr]_v1_[0-9a-f]{64}\b/g },
  { kind: "a Grafana token", pattern: /\bglsa_[A-Za-z0-9]{32}_[0-9a-f]{8}\b/g },
  { kind: "a Databricks token", pattern: /\bdapi[0-9a-f]{32}(?:-\d)?\b/g },
  { kind: "a Vault token", pattern: /\bhvs\.[A-Za-z0-9_-]{90,300}(?![A-Za-z0-9_-])/g },
  { kind: "a Mailgun key", pattern: /\bkey-[0-9a-f]{32}\b/g },
  { kind: "a Notion token", pattern: /\bntn_[A-Za-z0-9]{46}\b/g },
  { kind: "a Telegram bot token", pattern: /\b\d{8,10}:AA[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])/g },
  { kind: "a Discord webhook", pattern: /\bdiscord(?:app)?\.com\/api\/webhooks\/\d{17,20}\/[A-Za-z0-9_-]{60,80}/g },
  { kind: "an Azure storage key", pattern: /\bAccountKey=(?<value>[A-Za-z0-9+/]{86}==)/g },
  {
    kind: "an AWS key pair",
    pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b[^A-Za-z0-9]{1,20}(?<value>[A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/g,
  },
  {
    // Of this machine's own services it protects nothing.
    kind: "a password in a URL",
    pattern:
      /\b[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/?#"'`]{0,100}:(?<value>[^\s:@/?#"'`]{4,200})@(?!localhost\b|127\.|\[::1\])[\w.[-]/gi,
    isPassword: true,
  },
  {
    // Also as one line of JSON, where line ends are written `\n`, and quoted, as `> ` or a comment.
    kind: "a private key",
    pattern:
      /-----BEGIN (?:[A-Z]{2,10} )?PRIVATE KEY(?: BLOCK)?-----(?:\\[nr]|[\s>#*"'+,])*(?<value>[A-Za-z0-9+/]{40,76})(?![A-Za-z0-9+/])/g,
  },
];
