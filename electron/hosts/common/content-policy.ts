/**
 * What a page of ours may do (SECURITY-DESIGN.md section 8), sent with every file: its own scripts, styles and
 * pictures, nothing from elsewhere, no markup made from strings.
 */
export const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "object-src 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Powers a page never needs. What is not named here is refused by the host's permission handlers as well. */
const REFUSED_POWERS = [
  'accelerometer',
  'bluetooth',
  'camera',
  'clipboard-read',
  'clipboard-write',
  'display-capture',
  'fullscreen',
  'geolocation',
  'gyroscope',
  'hid',
  'idle-detection',
  'local-fonts',
  'magnetometer',
  'microphone',
  'midi',
  'payment',
  'publickey-credentials-get',
  'screen-wake-lock',
  'serial',
  'storage-access',
  'usb',
  'window-management',
  'xr-spatial-tracking',
];

/** Of these a page of our own that serves the clipboard may keep some. */
export function refusedPowers(keep: readonly string[] = []): string {
  return REFUSED_POWERS.filter((power) => !keep.includes(power))
    .map((power) => `${power}=()`)
    .join(', ');
}

export function pageHeaders(contentType: string): Readonly<Record<string, string>> {
  return {
    'content-type': contentType,
    'content-security-policy': CONTENT_POLICY,
    'permissions-policy': refusedPowers(),
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cache-control': 'no-store',
  };
}
