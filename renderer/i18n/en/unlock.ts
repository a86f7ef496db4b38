import { plural } from '../format.ts';

export const unlock = {
  title: 'Unlock your vault',
  verb: 'Unlock',
  wrong: 'Wrong password',
  wait: (seconds: number) => `Try again in ${plural(seconds, 'second', 'seconds')}.`,
  endpointPaused: (port: number | null) =>
    `Endpoint paused: locked${port === null ? '' : ` (port ${port} answers 423)`}`,
  endpointOff: 'Endpoint is off',
  useRecovery: 'Use recovery code',
  usePassword: 'Use password',
  recoveryTitle: 'Open with the recovery code',
  recoveryLead: 'The code opens the vault once. You set a new password and get a new kit.',
  recoveryCode: 'Recovery code',
  recoveryHint: 'From your recovery kit. Spaces, dashes and capitals do not matter.',
  codeMissing: 'Enter the recovery code.',
  newPassword: 'New master password',
  recover: 'Open vault',
  nothingReplaced:
    'Opened. The keychain cannot be asked now, so nothing was replaced: password and recovery code stay as they are.',
  newKitTitle: 'Your new recovery kit',
  newKitLead: 'The old code no longer works. Save this one now; it is shown once.',
  reasons: {
    asked: 'Locked.',
    idle: 'Locked after a time without activity.',
    'screen-lock': 'Locked together with the screen.',
    suspend: 'Locked when the computer went to sleep.',
    failures: 'Locked after too many wrong passwords.',
    restore: 'Locked to put a backup back.',
    quit: 'Locked.',
  },
} as const;
