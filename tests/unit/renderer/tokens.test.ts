import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

/** WCAG 2.1: 1.4.3 wants 4.5 for text, 1.4.11 wants 3 for controls and focus. */
const TEXT = 4.5;
const CONTROL = 3;
const css = readFileSync(resolve(import.meta.dirname, '../../../renderer/styles/tokens.css'), 'utf8');

type Rgb = readonly [number, number, number];
const THEMES = ['light', 'dark'] as const;

function pairOf(token: string): readonly [string, string] {
  const [, light, dark] = new RegExp(`--${token}: light-dark\\((.+), (.+)\\);`).exec(css) ?? [];
  if (light === undefined || dark === undefined) throw new Error(`no such token: ${token}`);
  return [light, dark];
}

function hex(text: string): Rgb {
  const [, r = '', g = '', b = ''] = /^#(..)(..)(..)$/.exec(text) ?? [];
  return [r, g, b].map((part) => parseInt(part, 16) / 255) as unknown as Rgb;
}

/** CSS Color 4, sections 10.1 and 11: oklch to linear sRGB, clipped to the gamut as a screen does. */
function oklch(lightness: number, chroma: number, hue: number): Rgb {
  const angle = (hue * Math.PI) / 180;
  const a = chroma * Math.cos(angle);
  const b = chroma * Math.sin(angle);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  return linear.map((part) => Math.min(1, Math.max(0, part))) as unknown as Rgb;
}

const toLinear = (rgb: Rgb): Rgb =>
  rgb.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)) as unknown as Rgb;
const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;

function contrast(one: Rgb, other: Rgb): number {
  const [high, low] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function between(front: string, back: string, theme: (typeof THEMES)[number]): number {
  const at = theme === 'light' ? 0 : 1;
  return contrast(toLinear(hex(pairOf(front)[at])), toLinear(hex(pairOf(back)[at])));
}

const PLACES = ['color-canvas', 'color-surface', 'color-raised', 'color-sunken', 'color-hover'] as const;
const TEXTS: readonly (readonly [string, string])[] = [
  ...PLACES.flatMap((place) =>
    ['color-text', 'color-text-muted', 'color-accent-text'].map((text) => [text, place] as const),
  ),
  ...['ok', 'warn', 'bad', 'quiet'].flatMap((tone) =>
    ['color-canvas', 'color-surface', 'color-raised', 'color-hover', 'color-accent-soft', `color-${tone}-soft`].map(
      (place) => [`color-${tone}`, place] as const,
    ),
  ),
  ...['ok', 'warn', 'bad', 'quiet', 'accent'].map((tone) => ['color-text', `color-${tone}-soft`] as const),
  ['color-text-muted', 'color-accent-soft'],
  ['color-accent-text', 'color-accent-soft'],
  ['color-accent-text', 'color-warn-soft'],
  ['color-on-accent', 'color-accent'],
  ['color-on-accent', 'color-accent-hover'],
  ['color-on-bad', 'color-bad'],
  ['color-on-bad', 'color-bad-hover'],
];
const CONTROLS: readonly (readonly [string, string])[] = [
  ...PLACES.flatMap((place) =>
    ['color-border-strong', 'color-focus', 'color-accent'].map((edge) => [edge, place] as const),
  ),
];

describe.each(THEMES)('the %s theme', (theme) => {
  test.each(TEXTS)('%s can be read on %s', (text, place) => {
    expect(between(text, place, theme)).toBeGreaterThanOrEqual(TEXT);
  });
  test.each(CONTROLS)('%s stands out from %s', (edge, place) => {
    expect(between(edge, place, theme)).toBeGreaterThanOrEqual(CONTROL);
  });
  test('the initials on a provider tile can be read at every hue', () => {
    const parts = (token: string): readonly [number, number] => {
      const [, lightness, chroma] = /oklch\(([\d.]+) ([\d.]+) var/.exec(pairOf(token)[theme === 'light' ? 0 : 1]) ?? [];
      return [Number(lightness), Number(chroma)];
    };
    const [back, text] = [parts('tile-back'), parts('tile-text')];
    const worst = Array.from({ length: 360 }, (_, hue) => contrast(oklch(...back, hue), oklch(...text, hue)));
    expect(Math.min(...worst)).toBeGreaterThanOrEqual(TEXT);
  });
});
