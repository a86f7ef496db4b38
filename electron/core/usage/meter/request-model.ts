import { JsonPicker, pickerPlan } from './json-picker.ts';
import { shortName } from './tally.ts';

const PLAN = pickerPlan({ model: true });
/** Gemini and Azure name the model in the path. */
const PATH_MODEL = /(?:^|\/)(?:models|deployments|tunedModels)\/([^/:]+)/;

/** Reads the model that a request names while its body passes; keeps nothing else. */
export class RequestModel {
  #model: string | null;
  readonly #picker: JsonPicker | null;

  /** @param path - below the base URL, without the query. */
  constructor(path: string, contentType: string | null) {
    this.#model = shortName(PATH_MODEL.exec(path)?.[1] ?? null);
    const readable = /json/i.test(contentType ?? '') && this.#model === null;
    this.#picker = readable
      ? new JsonPicker(PLAN, (_, value) => {
          this.#model = shortName(value) ?? this.#model;
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

/** The model that a request with this JSON body names, or null. */
export function requestModel(path: string, body: Uint8Array): string | null {
  const request = new RequestModel(path, 'application/json');
  request.push(body);
  return request.model;
}
