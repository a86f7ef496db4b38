/**
 * The last filter before a line is written: whatever looks like a key is covered, whoever let it through
 * (SECURITY-DESIGN.md section 10). Shapes are the public ones of the providers and of our own client tokens.
 */
const COVER = '[masked]';

const KNOWN_SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /\bkh_(?:live|test)_[0-9A-Za-z_]{8,}/g,
  /\b(?:sk|rk|pk)[-_][A-Za-z0-9_-]{12,}/g, // OpenAI, Anthropic, OpenRouter, DeepSeek, Stripe, ElevenLabs, ClickUp
  /\bwhsec_[A-Za-z0-9+/=]{12,}/g,
  /\bgh[opusr]_[A-Za-z0-9_.-]{12,}/g,
  /\bgithub_pat_[A-Za-z0-9_]{12,}/g,
  /\bglpat-[A-Za-z0-9_.-]{12,}/g,
  /\bAIza[A-Za-z0-9_-]{20,}/g,
  /\b(?:AQ|ya29)\.[A-Za-z0-9_-]{12,}/g,
  /\bGOCSPX-[A-Za-z0-9_-]{12,}/g,
  /\bxox[a-z]-[A-Za-z0-9-]{8,}/g,
  /\bxapp-[A-Za-z0-9-]{8,}/g,
  /\b(?:AKIA|ASIA|AIDA|AROA)[A-Z0-9]{12,}/g,
  /\b(?:hf|gsk|r8|fw|npm|tgp|xai|pplx|dop)[_-][A-Za-z0-9_-]{16,}/g,
  /\bSG\.[A-Za-z0-9_-]{12,}\.[A-Za-z0-9_-]{12,}/g,
  /\b(?:cfut|cfat)_[A-Za-z0-9]{16,}/g,
  /\bBearer +[A-Za-z0-9._~+/=-]{8,}/gi,
  /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*)?/g,
  /\b[A-Za-z0-9_-]{23,28}\.[A-Za-z0-9_-]{6,7}\.[A-Za-z0-9_-]{27,}/g, // Discord bots
  /\b[0-9]{8,}:[A-Za-z0-9_-]{30,}/g, // Telegram bots
];

/** A long run without a break: more likely a token than a word. */
const LONG_RUN = /[A-Za-z0-9+/=_-]{32,}/g;

export function maskSecrets(text: string): string {
  let masked = text;
  for (const shape of KNOWN_SHAPES) masked = masked.replace(shape, COVER);
  return masked.replace(LONG_RUN, COVER);
}
