import type { VaultSettings } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { Switch } from '../ui/switch.tsx';
import { type NumberName, type SwitchName, type TextName, VAULT_NUMBERS, VAULT_SWITCHES } from './defaults.ts';
import { NumberControl } from './number-control.tsx';
import type { Setting } from './setting-row.tsx';
import { TextControl } from './text-control.tsx';
import { saveSettings } from './use-settings.ts';

interface NumberTexts {
  readonly title: string;
  readonly text: string;
  readonly unit: string;
  readonly words: (count: number) => string;
}

export function numberSetting(vault: VaultSettings, name: NumberName, texts: NumberTexts): Setting {
  const { byDefault } = VAULT_NUMBERS[name];
  return {
    title: texts.title,
    text: texts.text,
    byDefault: texts.words(byDefault),
    onReset: vault[name] === byDefault ? undefined : () => void saveSettings({ vault: { [name]: byDefault } }),
    control: <NumberControl name={name} label={texts.title} unit={texts.unit} value={vault[name]} />,
  };
}

/** A switch of the vault's settings. */
export function switchSetting(vault: VaultSettings, name: SwitchName, title: string, text: string): Setting {
  const byDefault: boolean = VAULT_SWITCHES[name];
  return {
    title,
    text,
    byDefault: byDefault ? m.settings.on : m.settings.off,
    onReset: vault[name] === byDefault ? undefined : () => void saveSettings({ vault: { [name]: byDefault } }),
    control: (
      <Switch label={title} checked={vault[name]} onChange={(on) => void saveSettings({ vault: { [name]: on } })} />
    ),
  };
}

/** A text of the vault's settings; empty by default. */
export function textSetting(
  vault: VaultSettings,
  name: TextName,
  title: string,
  text: string,
  isLong: boolean,
): Setting {
  return {
    title,
    text,
    byDefault: m.settings.nothing,
    onReset: vault[name] === '' ? undefined : () => void saveSettings({ vault: { [name]: '' } }),
    below: <TextControl key={vault[name]} name={name} label={title} value={vault[name]} isLong={isLong} />,
  };
}
