declare const __KEYHARBOR_VERSION__: string | undefined;

/** The version of package.json, put in by the build; the source run as it is has none. */
export const VERSION = typeof __KEYHARBOR_VERSION__ === 'string' ? __KEYHARBOR_VERSION__ : '0.0.0';
