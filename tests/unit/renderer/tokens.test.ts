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
const SERIES = [1, 2, 3, 4, 5, 6, 7, 8].map((rank) => `chart-${rank}`);
const HEAT = [0, 1, 2, 3, 4].map((step) => `heat-${step}`);

/** What a person sees who lacks one kind of cone. Machado, Oliveira and Fernandes 2009, severity 1, on linear sRGB. */
const SIGHT: Readonly<Record<string, readonly (readonly [number, number, number])[]>> = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Distances in OKLab at which two colours side by side are plainly two. */
const APART = 0.065;

function oklab([r, g, b]: Rgb): Rgb {
  const l = Math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
  const m = Math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
  const s = Math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
  return [
    0.2104542553 * l + 0.793617785 * m - 0.0040720468 * s,
    1.9779984951 * l - 2.428592205 * m + 0.4505937099 * s,
    0.0259040371 * l + 0.7827717662 * m - 0.808675766 * s,
  ];
}

function seenBy(kind: string, rgb: Rgb): Rgb {
  const rows = SIGHT[kind] ?? [];
  return rows.map(([r, g, b]) => Math.min(1, Math.max(0, r * rgb[0] + g * rgb[1] + b * rgb[2]))) as unknown as Rgb;
}

const CONTROLS: readonly (readonly [string, string])[] = [
  ...PLACES.flatMap((place) =>
    ['color-border-strong', 'color-focus', 'color-accent'].map((edge) => [edge, place] as const),
  ),
  ...['color-surface', 'color-canvas', 'color-raised'].flatMap((place) =>
    [...SERIES, 'chart-other', 'color-warn', 'heat-4'].map((mark) => [mark, place] as const),
  ),
];

describe.each(THEMES)('the %s theme', (theme) => {
  test.each(TEXTS)('%s can be read on %s', (text, place) => {
    expect(between(text, place, theme)).toBeGreaterThanOrEqual(TEXT);
  });
  test.each(CONTROLS)('%s stands out from %s', (edge, place) => {
    expect(between(edge, place, theme)).toBeGreaterThanOrEqual(CONTROL);
  });
  test.each(Object.keys(SIGHT))('any two series can be told apart with %s', (kind) => {
    const at = theme === 'light' ? 0 : 1;
    const seen = SERIES.map((token) => oklab(seenBy(kind, toLinear(hex(pairOf(token)[at])))));
    const apart = seen.flatMap((one, place) =>
      seen.slice(place + 1).map((other) => Math.hypot(one[0] - other[0], one[1] - other[1], one[2] - other[2])),
    );
    expect(Math.min(...apart)).toBeGreaterThan(APART);
  });
  test('each step of a heat map differs from the one before, always in the same direction', () => {
    const at = theme === 'light' ? 0 : 1;
    const steps = HEAT.map((token) => luminance(toLinear(hex(pairOf(token)[at]))));
    const ratios = steps.slice(1).map((step, n) => (step + 0.05) / ((steps[n] as number) + 0.05));
    for (const ratio of ratios) expect(theme === 'light' ? 1 / ratio : ratio).toBeGreaterThan(1.2);
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
