import { z } from 'zod';

/**
 * The largest sum that is shown: 10^15 tokens, or a thousand million dollars. One tool that tells nonsense, call by call,
 * could else bring a sum beyond what a number holds exactly, and with it every report that has the sum in it. Several of
 * these can still be added up exactly.
 */
export const LARGEST_SUM = 1e15;

export const shownSum = (sum: number): number => Math.min(sum, LARGEST_SUM);

/** A sum as the database tells it. */
export const storedSum = z.number().transform(shownSum);
