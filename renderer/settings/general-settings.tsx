import type { AppSettings } from '../../shared/contract/schemas.ts';
import { m } from '../i18n/messages.ts';
import { Segmented } from '../ui/segmented.tsx';
import { Select } from '../ui/select.tsx';
import { APP_DEFAULTS } from './defaults.ts';
import type { Setting } from './setting-row.tsx';
import { saveSettings } from './use-settings.ts';

const save = (app: Partial<Pick<AppSettings, 'theme' | 'density' | 'language'>>): void => void saveSettings({ app });

export function generalSettings({ theme, density, language }: AppSettings): readonly Setting[] {
  const { themes, densities, languages } = m.settings;
  return [
    {
      title: m.settings.theme,
      text: m.settings.themeText,
      byDefault: themes[APP_DEFAULTS.theme],
      onReset: theme === APP_DEFAULTS.theme ? undefined : () => save({ theme: APP_DEFAULTS.theme }),
      control: (
        <Segmented
          label={m.settings.theme}
          value={theme}
          options={(['system', 'light', 'dark'] as const).map((value) => ({ value, label: themes[value] }))}
          onChange={(picked) => save({ theme: picked })}
        />
      ),
    },
    {
      title: m.settings.density,
      text: m.settings.densityText,
      byDefault: densities[APP_DEFAULTS.density],
      onReset: density === APP_DEFAULTS.density ? undefined : () => save({ density: APP_DEFAULTS.density }),
      control: (
        <Segmented
          label={m.settings.density}
          value={density}
          options={(['comfortable', 'compact'] as const).map((value) => ({ value, label: densities[value] }))}
          onChange={(picked) => save({ density: picked })}
        />
      ),
    },
    {
      title: m.settings.language,
      text: m.settings.languageText,
      byDefault: languages[APP_DEFAULTS.language],
      onReset: language === APP_DEFAULTS.language ? undefined : () => save({ language: APP_DEFAULTS.language }),
      control: (
        <Select
          aria-label={m.settings.language}
          value={language}
          options={(['system', 'en'] as const).map((value) => ({ value, label: languages[value] }))}
          onChange={(picked) => save({ language: picked })}
        />
      ),
    },
  ];
}
