import { AppError } from '../../shared/errors.ts';

/** SECURITY-DESIGN.md section 8, "IPC": what any message may hold, before its schema is asked. Sizes in UTF-8 bytes. */
export const MAX_STRING_BYTES = 64 * 1024;
export const MAX_ARRAY_ITEMS = 1000;
export const MAX_DEPTH = 8;
export const MAX_TOTAL_BYTES = 1024 * 1024;

/** Names that mean something to JavaScript itself: as data they have no honest use. */
const RESERVED_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);
const SCALAR_BYTES = 8;

function refuse(what: string): never {
  throw new AppError('invalid_input', `This message is not accepted: ${what}. Nothing was changed.`);
}

/**
 * Refuses what no message of the contract needs: long texts and lists, deep nesting, unsafe numbers, anything that is
 * not plain data. Names of members are not repeated: they come from outside.
 * @throws AppError `invalid_input`
 */
export function checkLimits(message: unknown): void {
  let bytes = 0;
  const spend = (more: number): void => {
    bytes += more;
    if (bytes > MAX_TOTAL_BYTES) refuse('it is larger than 1 MiB');
  };
  const text = (value: string): void => {
    const length = Buffer.byteLength(value);
    if (length > MAX_STRING_BYTES) refuse('a text in it is longer than 64 KiB');
    spend(length);
  };

  const look = (value: unknown, depth: number): void => {
    if (typeof value === 'string') return text(value);
    spend(SCALAR_BYTES);
    if (value === null || value === undefined || typeof value === 'boolean') return;
    if (typeof value === 'number') {
      if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value))) {
        refuse('a number in it is out of range');
      }
      return;
    }
    if (typeof value !== 'object') refuse('it holds something that is not data');
    if (depth >= MAX_DEPTH) refuse('it is nested too deeply');
    if (Array.isArray(value)) {
      if (value.length > MAX_ARRAY_ITEMS) refuse('a list in it has more than 1,000 items');
      for (const item of value as readonly unknown[]) look(item, depth + 1);
      return;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype !== Object.prototype && prototype !== null) refuse('it holds something that is not data');
    if (Object.getOwnPropertySymbols(value).length > 0) refuse('it holds something that is not data');
    const names = Object.getOwnPropertyNames(value);
    if (names.length > MAX_ARRAY_ITEMS) refuse('an object in it has more than 1,000 members');
    for (const name of names) {
      if (RESERVED_NAMES.has(name)) refuse('a member of it has a reserved name');
      text(name);
      const member = Object.getOwnPropertyDescriptor(value, name);
      if (member === undefined || !('value' in member)) refuse('it holds something that is not data');
      look(member.value, depth + 1);
    }
  };
  look(message, 0);
}
