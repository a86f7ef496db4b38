import type { ImportSource } from '../../../../shared/contract/usage-imports.ts';
import { AppError } from '../../../../shared/errors.ts';
import { linesOf } from './log-files.ts';

type Tool = Exclude<ImportSource, 'csv'>;

/** A log begins with lines of its tool's. */
const LOOKED_AT = 100;

/** Members that each line of a tool's has, or those that begin a session. */
const MEMBERS: Readonly<Record<Tool, readonly (readonly string[])[]>> = {
  codex: [['timestamp', 'payload']],
  'claude-code': [['sessionId'], ['message'], ['summary'], ['snapshot']],
};
const NAMES: Readonly<Record<Tool, string>> = { codex: 'Codex', 'claude-code': 'Claude Code' };

/**
 * A file that the owner named, and that holds nothing of the tool's, is a mistake and no log without calls.
 * @throws AppError `invalid_input`, `not_found` where it cannot be read.
 */
export async function requireLog(file: string, tool: Tool): Promise<void> {
  let looked = 0;
  try {
    for await (const line of linesOf(file)) {
      if (line === null || line.trim() === '') continue;
      if (isLineOf(line, tool)) return;
      looked += 1;
      if (looked === LOOKED_AT) break;
    }
  } catch {
    throw new AppError(
      'not_found',
      'This file cannot be read. Nothing was imported.',
      'Name a plain file or a folder.',
    );
  }
  const other: Tool = tool === 'codex' ? 'claude-code' : 'codex';
  throw new AppError(
    'invalid_input',
    `This is no session log of ${NAMES[tool]}. Nothing was imported.`,
    `Those of ${NAMES[other]} are imported with "keyharbor usage import ${other} FILE", CSV exports with "keyharbor usage import csv FILE".`,
  );
}

function isLineOf(line: string, tool: Tool): boolean {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return false;
  }
  if (typeof value !== 'object' || value === null || typeof (value as { type?: unknown }).type !== 'string')
    return false;
  const parsed = value;
  return MEMBERS[tool].some((names) => names.every((name) => name in parsed));
}
