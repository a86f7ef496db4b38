import type { UsageKind } from '../../../../shared/provider/metering.ts';
import { type PickerPlan, pickerPlan } from './json-picker.ts';

const LLM = {
  model: true,
  modelVersion: true,
  type: true,
  code: true,
  service_tier: true,
  usage: true,
  usageMetadata: true,
  error: true,
  x_groq: { usage: true },
  response: { model: true, usage: true, error: true, service_tier: true },
  message: { model: true, usage: true },
  delta: { usage: true },
  meta: { billed_units: true },
  prompt_eval_count: true,
  eval_count: true,
  duration: true,
} as const;
const LLM_PLAN = pickerPlan(LLM);
const WORK = { id: true, background: true, output: { type: true } } as const;
const RESPONSES_PLAN = pickerPlan({ ...LLM, ...WORK, status: true, response: { ...LLM.response, ...WORK } });
const GEMINI_PLAN = pickerPlan({
  ...LLM,
  candidates: { finishReason: true, groundingMetadata: { webSearchQueries: 'count', groundingChunks: 'count' } },
  promptFeedback: { blockReason: true },
});
const IMAGES_PLAN = pickerPlan({ model: true, usage: true, error: true, data: 'count' });
const PLANS: Partial<Record<UsageKind, PickerPlan>> = {
  replicate: pickerPlan({ id: true, model: true, status: true, metrics: true, error: true }),
  deepgram: pickerPlan({ metadata: { duration: true, request_id: true }, err_code: true }),
  twocaptcha: pickerPlan({ errorId: true, errorCode: true, status: true, cost: true }),
  elevenlabs: pickerPlan({ detail: { status: true } }),
  none: pickerPlan({ error: true }),
};

const IMAGES_PATH = /(?:^|\/)images\/(?:generations|edits|variations)$/;
const MESSAGES_PATH = /(?:^|\/)messages$/;
/** OpenAI's responses, which may be fetched later where they were ordered to be made in the background. */
const RESPONSES_PATH = /(?:^|\/)responses(?:\/[^/]+)?$/;
const GEMINI_PATH = /:(?:generateContent|(streamGenerateContent))$/;
const TEXT_LIKE = /json|event-stream|ndjson|text\/plain/i;

/** What is known of an answer before it comes: what is looked for in it, and how it is read. */
export interface AnswerForm {
  readonly kind: UsageKind;
  readonly path: string;
  readonly contentType: string | null;
  readonly plan: PickerPlan;
  /** Nothing but JSON, or events of JSON, is read. */
  readonly isReadable: boolean;
  readonly isStream: boolean;
  /** `input_tokens` leave cached ones out. */
  readonly isAnthropic: boolean;
  /** Gemini's streams tell in every event what was used so far: a member of its own says that nothing follows. */
  readonly saysItsEnd: boolean;
}

let last: AnswerForm | null = null;

/** The last is kept: a busy tool asks for the same again and again, and to tell it is a tenth of reading a short answer. */
export function answerForm(kind: UsageKind, path: string, contentType: string | null): AnswerForm {
  if (last?.path === path && last.kind === kind && last.contentType === contentType) return last;
  last = {
    kind,
    path,
    contentType,
    plan: PLANS[kind] ?? planOf(path),
    isReadable: contentType === null || TEXT_LIKE.test(contentType),
    isStream: contentType !== null && /event-stream/i.test(contentType),
    isAnthropic: MESSAGES_PATH.test(path),
    saysItsEnd: GEMINI_PATH.exec(path)?.[1] !== undefined,
  };
  return last;
}

/** Whether answers of this kind tell tokens of language models. */
export const isOfModels = (kind: UsageKind): boolean => PLANS[kind] === undefined;

function planOf(path: string): PickerPlan {
  if (IMAGES_PATH.test(path)) return IMAGES_PLAN;
  if (RESPONSES_PATH.test(path)) return RESPONSES_PLAN;
  return GEMINI_PATH.test(path) ? GEMINI_PLAN : LLM_PLAN;
}
