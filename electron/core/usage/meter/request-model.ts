import { JsonPicker, pickerPlan } from './json-picker.ts';
import { shortName } from './tally.ts';

/** ElevenLabs calls it `model_id`. */
const PLAN = pickerPlan({ model: true, model_id: true });
const TASK_PLAN = pickerPlan({ taskId: true });
const SPEECH_PLAN = pickerPlan({ input: true });
/** Gemini and Azure name the model in the path. */
const PATH_MODEL = /(?:^|\/)(?:models|deployments|tunedModels)\/([^/:]+)/;
/** A field of a form (RFC 7578): its header lines, an empty one, and the value on a line. */
const FORM_MODEL = /\bname="model(?:_id)?"(?:\r\n[^\r\n]+)*\r\n\r\n([^\r\n]{1,128})\r\n/;
/** A form begins with its delimiter. */
const DASH = 0x2d;

/** As it stands in a path below the base URL, without the query; null: it names none. */
export function modelInPath(path: string): string | null {
  return PATH_MODEL.exec(path)?.[1] ?? null;
}

/** Reads the model that a request names while its body passes; keeps nothing else. */
export class RequestModel {
  #model: string | null;
  readonly #picker: JsonPicker | null;

  /** @param path - below the base URL, without the query. */
  constructor(path: string, contentType: string | null) {
    this.#model = shortName(modelInPath(path));
    const readable = /json/i.test(contentType ?? '') && this.#model === null;
    this.#picker = readable
      ? new JsonPicker(PLAN, (member, value) => {
          if (member === 'model' || this.#model === null) this.#model = shortName(value) ?? this.#model;
        })
      : null;
  }

  push(chunk: Uint8Array): void {
    if (this.#picker === null) return;
    this.#picker.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
  }

  /** null where it names none, or something that is no name. */
  get model(): string | null {
    return this.#model;
  }
}

/** Of a form, what a field that names a model takes up with its header lines. */
const FIELD_BYTES = 512;
const FIELD = Buffer.from('name="model');

/** Finds the model in a form while it passes: it may stand behind the file. Keeps a few hundred bytes. */
export class PassingForm {
  #before = '';

  /** @returns the model, once it was found. */
  push(piece: Buffer): string | null {
    const seam = this.#before + piece.toString('latin1', 0, FIELD_BYTES);
    const found = formModel(seam) ?? formModelIn(piece);
    this.#before = (this.#before + piece.toString('latin1', Math.max(0, piece.byteLength - FIELD_BYTES))).slice(
      -FIELD_BYTES,
    );
    return found;
  }
}

function formModelIn(piece: Buffer): string | null {
  for (let at = piece.indexOf(FIELD); at !== -1; at = piece.indexOf(FIELD, at + 1)) {
    const found = formModel(piece.toString('latin1', at, at + FIELD_BYTES));
    if (found !== null) return found;
  }
  return null;
}

const formModel = (text: string): string | null => shortName(FORM_MODEL.exec(text)?.[1] ?? null);

/** Whether a body, or the beginning of one, is a form. */
export const isForm = (body: Uint8Array): boolean => body[0] === DASH;

/**
 * The model that a request names, or null.
 * @param body - JSON or a form, or the beginning of one: then the model may stand behind it and is not found.
 */
export function requestModel(path: string, body: Uint8Array): string | null {
  const isOfFields = isForm(body);
  const request = new RequestModel(path, isOfFields ? null : 'application/json');
  if (!isOfFields) request.push(body);
  else if (request.model === null) return formModel(Buffer.from(body).toString('latin1'));
  return request.model;
}

/** The model that a query names, or null. @param query - without the question mark. */
export function queryModel(query: string): string | null {
  if (!query.includes('model')) return null;
  const named = new URLSearchParams(query);
  return shortName(named.get('model') ?? named.get('model_id'));
}

/** The captcha that a request of 2Captcha's asks about: its answers do not name it. */
export function captchaTask(body: Uint8Array): string | null {
  const id = pickOne(body, TASK_PLAN);
  return typeof id === 'number' ? String(id) : shortName(id);
}

/** How many characters a request has spoken, or null where its body does not tell. */
export function spokenCharacters(body: Uint8Array): number | null {
  const input = pickOne(body, SPEECH_PLAN);
  return typeof input === 'string' ? [...input].length : null;
}

function pickOne(body: Uint8Array, plan: ReturnType<typeof pickerPlan>): unknown {
  let picked: unknown = null;
  const picker = new JsonPicker(plan, (_, value) => {
    picked = value;
  });
  picker.push(Buffer.from(body));
  return picked;
}
