import type { VaultSettings, VaultStatus } from '../../shared/contract/schemas.ts';
import { PortForm } from '../clients/port-form.tsx';
import { m } from '../i18n/messages.ts';
import { Note } from '../ui/note.tsx';
import { Switch } from '../ui/switch.tsx';
import { ChangePassword } from './change-password.tsx';
import { VAULT_NUMBERS, DEFAULT_PORT, type NumberName } from './defaults.ts';
import { EndpointSwitch } from './endpoint-switch.tsx';
import { NumberControl } from './number-control.tsx';
import { RenewKit } from './renew-kit.tsx';
import type { Setting } from './setting-row.tsx';
import { saveSettings } from './use-settings.ts';

interface NumberTexts {
  readonly title: string;
  readonly text: string;
  readonly unit: string;
  readonly words: (count: number) => string;
}

function numberSetting(vault: VaultSettings, name: NumberName, texts: NumberTexts): Setting {
  const { byDefault } = VAULT_NUMBERS[name];
  return {
    title: texts.title,
    text: texts.text,
    byDefault: texts.words(byDefault),
    onReset: vault[name] === byDefault ? undefined : () => void saveSettings({ vault: { [name]: byDefault } }),
    control: <NumberControl name={name} label={texts.title} unit={texts.unit} value={vault[name]} />,
  };
}

export function securitySettings(
  vault: VaultSettings | null,
  protection: VaultStatus['protection'],
): readonly Setting[] {
  const numbers =
    vault === null
      ? []
      : [
          numberSetting(vault, 'autoLockMinutes', {
            title: m.settings.autoLock,
            text: m.settings.autoLockText,
            unit: m.settings.unitMinutes,
            words: m.settings.minutes,
          }),
          numberSetting(vault, 'clipboardSeconds', {
            title: m.settings.clipboard,
            text: m.settings.clipboardText,
            unit: m.settings.unitSeconds,
            words: m.settings.seconds,
          }),
        ];
  return [
    ...numbers,
    { title: m.settings.password, text: m.settings.passwordText, control: <ChangePassword /> },
    {
      title: m.settings.recovery,
      text: `${m.settings.recoveryText} ${protection.recoveryConfirmed ? m.settings.recoveryConfirmed : m.settings.recoveryMissing}.`,
      control: <RenewKit />,
    },
    {
      title: m.settings.protection,
      text: `${m.settings.keychain}: ${protection.keychain ?? m.settings.noKeychain}. ${m.settings.kdf}: ${protection.kdf ?? '–'}.`,
      below: (
        <Note tone={protection.deviceBound ? 'ok' : 'info'}>
          <p>{protection.note}</p>
        </Note>
      ),
    },
  ];
}

export function endpointSettings(): readonly Setting[] {
  return [
    {
      title: m.settings.endpoint,
      text: m.settings.endpointText,
      byDefault: m.settings.off,
      control: <EndpointSwitch />,
    },
    { title: m.settings.port, text: m.settings.portText, byDefault: String(DEFAULT_PORT), below: <PortForm /> },
  ];
}

export function checkSettings(vault: VaultSettings | null): readonly Setting[] {
  if (vault === null) return [];
  return [
    numberSetting(vault, 'checkFailuresBeforeCooldown', {
      title: m.settings.checkFailures,
      text: m.settings.checkFailuresText,
      unit: m.settings.unitFailures,
      words: m.settings.failures,
    }),
    numberSetting(vault, 'checkCooldownMinutes', {
      title: m.settings.cooldown,
      text: m.settings.cooldownText,
      unit: m.settings.unitMinutes,
      words: m.settings.minutes,
    }),
    {
      title: m.settings.dailyCheck,
      text: m.settings.dailyCheckText,
      byDefault: m.settings.off,
      onReset: vault.dailyCheck ? () => void saveSettings({ vault: { dailyCheck: false } }) : undefined,
      control: (
        <Switch
          label={m.settings.dailyCheck}
          checked={vault.dailyCheck}
          onChange={(dailyCheck) => void saveSettings({ vault: { dailyCheck } })}
        />
      ),
    },
  ];
}
