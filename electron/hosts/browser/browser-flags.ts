/**
 * How the browser is started. It is only a window here: no account, no extensions, no updates of its parts, nothing
 * to the network. Every request is answered by us (page-window.ts); should one ever get past that, the proxy below
 * is one that cannot exist (port 0), for loopback addresses too. `--host-resolver-rules` would do the same but makes
 * the browser warn its user in a bar above the page.
 */
const ALWAYS = [
  '--no-first-run',
  '--no-default-browser-check',
  '--proxy-server=http://127.0.0.1:0',
  '--proxy-bypass-list=<-loopback>',
  '--force-webrtc-ip-handling-policy=disable_non_proxied_udp',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-component-extensions-with-background-pages',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-sync',
  '--disable-breakpad',
  '--disable-crash-reporter',
  '--disable-domain-reliability',
  '--disable-field-trial-config',
  '--disable-search-engine-choice-screen',
  '--disable-client-side-phishing-detection',
  '--disable-hang-monitor',
  '--disable-print-preview',
  '--disable-spell-checking',
  '--metrics-recording-only',
  '--no-pings',
  '--no-service-autorun',
  '--password-store=basic',
  '--use-mock-keychain',
  '--class=Keyharbor',
  '--disable-features=Translate,MediaRouter,OptimizationHints,OptimizationGuideModelDownloading,AutofillServerCommunication,' +
    'CertificateTransparencyComponentUpdater,DialMediaRouteProvider,InterestFeedContentSuggestions,' +
    'LensOverlay,PaintHolding,GlobalMediaControls,ReadLater,NetworkPrediction,AsyncDns',
];

export interface BrowserStart {
  readonly profile: string;
  /** What the window shows first. */
  readonly url: string;
  readonly width: number;
  readonly height: number;
  /** Whether we drive it over descriptors 3 and 4; a second start, which only hands over its URL, has none. */
  readonly piped: boolean;
  /** Only for root, for whom Chromium has no sandbox. */
  readonly withoutSandbox: boolean;
}

export function browserFlags(start: BrowserStart): readonly string[] {
  return [
    ...ALWAYS,
    `--user-data-dir=${start.profile}`,
    `--window-size=${start.width},${start.height}`,
    ...(start.piped ? ['--remote-debugging-pipe'] : []),
    // The second switch only keeps Chromium from warning about the first in a bar above the page.
    ...(start.withoutSandbox ? ['--no-sandbox', '--test-type'] : []),
    `--app=${start.url}`,
  ];
}

const DENIED = 2;
const NO_DOWNLOADS = 3;

/** The profile's preferences: no offers to save, fill in, translate or check; every permission already refused. */
export const BROWSER_PREFERENCES = {
  alternate_error_pages: { enabled: false },
  autofill: { profile_enabled: false, credit_card_enabled: false },
  browser: { enable_spellchecking: false },
  credentials_enable_service: false,
  dns_prefetching: { enabled: false },
  download_restrictions: NO_DOWNLOADS,
  net: { network_prediction_options: DENIED },
  profile: {
    password_manager_enabled: false,
    default_content_setting_values: Object.fromEntries(
      [
        'ar',
        'bluetooth_guard',
        'clipboard',
        'geolocation',
        'hid_guard',
        'idle_detection',
        'local_fonts',
        'media_stream_camera',
        'media_stream_mic',
        'midi_sysex',
        'notifications',
        'popups',
        'sensors',
        'serial_guard',
        'usb_guard',
        'vr',
        'window_placement',
      ].map((name) => [name, DENIED]),
    ),
  },
  safebrowsing: { enabled: false },
  search: { suggest_enabled: false },
  signin: { allowed: false },
  translate: { enabled: false },
};
