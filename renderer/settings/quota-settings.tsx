import type { VaultSettings } from '../../shared/contract/schemas.ts';
import { QUOTA_DEFAULTS } from '../../shared/quota-defaults.ts';
import { THROTTLE_CURVES } from '../../shared/quotas.ts';
import { m } from '../i18n/messages.ts';
import { Select } from '../ui/select.tsx';
import { LevelsControl } from './levels-control.tsx';
import { numberSetting } from './setting-kinds.tsx';
import type { Setting } from './setting-row.tsx';
import { saveSettings } from './use-settings.ts';

const { warnAt, throttle } = QUOTA_DEFAULTS;

/** What holds for quotas that say nothing else themselves. */
export function quotaSettings(vault: VaultSettings | null): readonly Setting[] {
  if (vault === null) return [];
  const { quotaWarnAt, quotaSlowCurve } = vault;
  const isDefault = quotaWarnAt.join() === warnAt.join();
  return [
    {
      title: m.settings.quotaWarnAt,
      text: m.settings.quotaWarnAtText,
      byDefault: m.settings.quotaWarnAtDefault(warnAt.join(', ')),
      onReset: isDefault ? undefined : () => void saveSettings({ vault: { quotaWarnAt: [...warnAt] } }),
      control: <LevelsControl key={quotaWarnAt.join()} label={m.settings.quotaWarnAt} value={quotaWarnAt} />,
    },
    numberSetting(vault, 'quotaSlowFromPercent', {
      title: m.settings.quotaSlowFrom,
      text: m.settings.quotaSlowFromText,
      unit: m.settings.unitPercent,
      words: m.settings.percent,
    }),
    {
      title: m.settings.quotaSlowCurve,
      text: m.settings.quotaSlowCurveText,
      byDefault: m.quotas.curves[throttle.curve],
      onReset:
        quotaSlowCurve === throttle.curve
          ? undefined
          : () => void saveSettings({ vault: { quotaSlowCurve: throttle.curve } }),
      control: (
        <Select
          aria-label={m.settings.quotaSlowCurve}
          value={quotaSlowCurve}
          options={THROTTLE_CURVES.map((value) => ({ value, label: m.quotas.curves[value] }))}
          onChange={(picked) => void saveSettings({ vault: { quotaSlowCurve: picked } })}
        />
      ),
    },
    numberSetting(vault, 'quotaSlowMaxSeconds', {
      title: m.settings.quotaSlowMax,
      text: m.settings.quotaSlowMaxText,
      unit: m.settings.unitSeconds,
      words: m.settings.seconds,
    }),
  ];
}
