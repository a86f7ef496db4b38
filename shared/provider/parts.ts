import { z } from 'zod';
import { FIELD_NAME_PATTERN, PROVIDER_ID_PATTERN } from '../reference.ts';

export const providerId = z.string().regex(PROVIDER_ID_PATTERN);
export const fieldName = z.string().regex(FIELD_NAME_PATTERN);
/** As programs name theirs. Lower case is left out: some names mean the same in it (`http_proxy`) and would go unnoticed. */
export const variableName = z.string().regex(/^[A-Z_][A-Z0-9_]*$/);
export const text = z.string().min(1).max(400);
export const httpsUrl = z
  .string()
  .regex(/^https:\/\/[^\s]+$/)
  .max(400);

/**
 * A base URL of the catalogue: https on a public host, or http for a local kind. It may hold public fields in braces,
 * whose `shape` keeps them from changing more than their own part.
 */
export const catalogueUrl = z
  .string()
  .regex(/^https?:\/\/[^\s?#]+$/)
  .max(400);

/** A dotted path into a JSON body: numbers index arrays, the empty path is the body itself. */
export const jsonPath = z.string().max(200);

export const headerName = z.string().regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/);
