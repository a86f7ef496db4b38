import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function settingsHandlers({ settings }: App): Area<'settings'> {
  return {
    'settings.get': () => settings.get(),
    'settings.set': (changes, { actor }) => settings.set(changes, actor),
  };
}
