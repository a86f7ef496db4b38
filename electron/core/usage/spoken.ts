import { bytesOf } from './body-bytes.ts';
import type { EndedCall } from './ended-call.ts';
import type { MeterResult } from './meter/meter.ts';
import { spokenCharacters } from './meter/request-model.ts';
import { endsInPath } from './path-end.ts';

const SPEECH = 'audio/speech';

/** Whether a request has a text spoken by an OpenAI-like API: the answer is sound and tells nothing. */
export const isSpeech = (path: string): boolean => endsInPath(path, SPEECH);

/** Counts the characters of the request where speech was made of them and the answer told no use. */
export function withSpoken(
  result: MeterResult,
  { origin, requestBody }: Pick<EndedCall, 'origin' | 'requestBody'>,
): MeterResult {
  const isUntold = !result.seen && (result.measure === 'missing' || result.measure === 'incomplete');
  if (!isUntold || !isSpeech(origin.path)) return result;
  const characters = spokenCharacters(bytesOf(requestBody));
  if (characters === null) return result;
  const measure = result.measure === 'missing' ? 'measured' : result.measure;
  return { ...result, measure, seen: true, quantity: { unit: 'characters', thousandths: characters * 1000 } };
}
