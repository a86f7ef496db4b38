/** What is in every golden vault. The values are made up for this purpose. */
export const GOLDEN = {
  password: 'golden lantern carries seven keys',
  recordId: '00112233445566778899aabbccddeeff',
  place: { table: 'credential', provider: 'openai', version: 1, origin: 'https://golden.example' },
  field: 'api_key',
  value: 'not-a-real-key-of-anything',
} as const;

/** The recovery code of each golden vault, by its folder. */
export const RECOVERY_CODES: Readonly<Record<string, string>> = {
  '0001': 'R1SC6-WM40P-H4WAR-6QNWP-N1R5M-BC7E4-3333',
};
