import type { VaultSettings, VaultStatus } from '../../shared/contract/schemas.ts';
import { PortForm } from '../clients/port-form.tsx';
import { m } from '../i18n/messages.ts';
import { Note } from '../ui/note.tsx';
import { Select } from '../ui/select.tsx';
import { ChangePassword } from './change-password.tsx';
import { DEFAULT_ASK_TERMINALS, DEFAULT_PORT } from './defaults.ts';
import { EndpointSwitch } from './endpoint-switch.tsx';
import { proxySettings } from './proxy-settings.tsx';
import { PanicButton } from './panic.tsx';
import { RenewKit } from './renew-kit.tsx';
import { numberSetting, switchSetting, textSetting } from './setting-kinds.tsx';
import type { Setting } from './setting-row.tsx';
import { saveSettings } from './use-settings.ts';

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
    { title: m.settings.panic, text: m.settings.panicText, control: <PanicButton /> },
  ];
}

export function endpointSettings(vault: VaultSettings | null): readonly Setting[] {
  return [
    {
      title: m.settings.endpoint,
      text: m.settings.endpointText,
      byDefault: m.settings.off,
      control: <EndpointSwitch />,
    },
    { title: m.settings.port, text: m.settings.portText, byDefault: String(DEFAULT_PORT), below: <PortForm bare /> },
    ...(vault === null ? [] : [...accessSettings(vault), ...proxySettings(vault)]),
  ];
}

/** Who may come in without being asked, and what goes on behind a locked window. */
function accessSettings(vault: VaultSettings): readonly Setting[] {
  const { askTerminals } = vault;
  const { askTerminalsWords } = m.settings;
  return [
    {
      title: m.settings.askTerminals,
      text: m.settings.askTerminalsText,
      byDefault: askTerminalsWords[DEFAULT_ASK_TERMINALS],
      onReset:
        askTerminals === DEFAULT_ASK_TERMINALS
          ? undefined
          : () => void saveSettings({ vault: { askTerminals: DEFAULT_ASK_TERMINALS } }),
      control: (
        <Select
          aria-label={m.settings.askTerminals}
          value={askTerminals}
          options={(['never', 'with-window', 'always'] as const).map((value) => ({
            value,
            label: askTerminalsWords[value],
          }))}
          onChange={(picked) => void saveSettings({ vault: { askTerminals: picked } })}
        />
      ),
    },
    numberSetting(vault, 'workBehindLockHours', {
      title: m.settings.behindLock,
      text: m.settings.behindLockText,
      unit: m.settings.unitHours,
      words: m.settings.hours,
    }),
    switchSetting(vault, 'askForUsage', m.settings.askForUsage, m.settings.askForUsageText),
    numberSetting(vault, 'usageRecordDays', {
      title: m.settings.recordDays,
      text: m.settings.recordDaysText,
      unit: m.settings.unitDays,
      words: m.settings.days,
    }),
    textSetting(vault, 'reportingZone', m.settings.reportingZone, m.settings.reportingZoneText, false),
    switchSetting(vault, 'vaultKv', m.settings.vaultKv, m.settings.vaultKvText),
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
    switchSetting(vault, 'dailyCheck', m.settings.dailyCheck, m.settings.dailyCheckText),
  ];
}
