import type { CallInfo } from '../proxy/observers.ts';
import { mayAskForUsage } from './include-usage/ask-for-usage.ts';
import { isOfModels } from './meter/answer-form.ts';
import { usageHeader } from './meter/meter.ts';
import { isSpeech } from './spoken.ts';
import { type ProviderUsage, usageOfProvider } from './usage-of-provider.ts';

/** Requests whose body may name a model. */
const NAMING_TYPE = /^(?:application\/json|multipart\/form-data)\b/i;
/** Of a larger request this much of its beginning is handed on, or the model is read while it is here. */
export const MAX_KEPT_REQUEST = 4 * 1024;
/** Requests of this length are read whole in any case before they go out: to look at them holds nothing back. */
export const MAX_SHOWN_REQUEST = 64 * 1024;
/** The most that the interface speaks at once, 4096 characters, in JSON that escapes each of them: twelve bytes for some. */
const MAX_KEPT_SPEECH = MAX_SHOWN_REQUEST;
/** Answers that never name a model, whatever the provider: what they cost is told by the request alone. */
const NAMELESS_PATH = /(?:^|\/)(?:images|audio)\//;
const NAMELESS_KINDS: ReadonlySet<ProviderUsage['kind']> = new Set(['cohere', 'elevenlabs']);

type Info = Pick<CallInfo, 'provider' | 'method' | 'path' | 'headers'>;

/** What is known of a call before its body comes: how it is metered. The same for all calls of one kind. */
export interface CallForm {
  readonly provider: CallInfo['provider'];
  readonly method: string;
  /** Below the base URL, without the query. */
  readonly path: string;
  /** Of the request. */
  readonly contentType: string | null;
  readonly usage: ProviderUsage;
  /** Usage may be asked for on behalf of the client. */
  readonly mayAsk: boolean;
  /** Bytes of body that are worth a look. */
  readonly namingLimit: number;
  /** A request of so many bytes is kept whole until the call is over. */
  readonly keptBytes: number;
  /** Only the request names the model. */
  readonly isNameless: boolean;
  /** Where an answer names it, nobody looks into the request any more. */
  readonly isNamedByAnswer: boolean;
  /** The header of an answer that tells its use; null: none does. */
  readonly usageHeader: string | null;
}

const MAX_KNOWN = 1000;

/** Gives calls of one kind the same form: a busy client makes few kinds, and mostly one after the other. */
export class CallForms {
  readonly #known = new Map<string, CallForm>();
  #last: CallForm | null = null;

  of(info: Info): CallForm {
    const contentType = info.headers.get('content-type') ?? null;
    const last = this.#last;
    if (last !== null && isOf(last, info, contentType)) return last;
    const key = [info.provider.id, info.method, contentType, info.path].join('\0');
    let form = this.#known.get(key);
    if (form === undefined || !isOf(form, info, contentType)) {
      form = formOf(info, contentType);
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      this.#known.set(key, form);
    }
    this.#last = form;
    return form;
  }
}

const isOf = (form: CallForm, { provider, method, path }: Info, contentType: string | null): boolean =>
  form.provider === provider && form.path === path && form.method === method && form.contentType === contentType;

function formOf({ provider, method, path }: Info, contentType: string | null): CallForm {
  const usage = usageOfProvider(provider);
  const mayName = usage.kind !== 'none' && method === 'POST' && NAMING_TYPE.test(contentType ?? '');
  const isNameless = NAMELESS_KINDS.has(usage.kind) || NAMELESS_PATH.test(path);
  return {
    ...{ provider, method, path, contentType, usage, isNameless },
    isNamedByAnswer: isOfModels(usage.kind) && !isNameless,
    mayAsk: usage.includeUsage && mayAskForUsage(method, path, contentType),
    namingLimit: mayName ? MAX_SHOWN_REQUEST : 0,
    keptBytes: isSpeech(path) ? MAX_KEPT_SPEECH : MAX_KEPT_REQUEST,
    usageHeader: usageHeader(usage.kind),
  };
}
