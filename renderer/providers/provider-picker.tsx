import { Combobox } from '@base-ui/react/combobox';
import { Check, ChevronDown } from 'lucide-react';
import type { ProviderInfo } from '../../shared/provider/info.ts';
import { m } from '../i18n/messages.ts';
import { useSession } from '../state/session.ts';
import type { ControlProps } from '../ui/field.tsx';
import fields from '../ui/field.module.css';
import menu from '../ui/menu.module.css';
import { ProviderTile } from '../ui/provider-tile.tsx';
import styles from './form.module.css';

interface Props extends ControlProps {
  readonly value: string | null;
  readonly disabled: boolean;
  readonly onChange: (id: string) => void;
}

/** Type to find a provider. */
export function ProviderPicker({ value, disabled, onChange, ...control }: Props) {
  const providers = useSession((session) => session.providers);
  const items = [...providers.values()].filter((provider) => provider.enabled);
  return (
    <Combobox.Root
      items={items}
      value={value === null ? null : (providers.get(value) ?? null)}
      itemToStringLabel={(provider: ProviderInfo) => provider.name}
      disabled={disabled}
      autoHighlight
      onValueChange={(provider: ProviderInfo | null) => {
        if (provider !== null) onChange(provider.id);
      }}
    >
      <div className={styles.picker}>
        <Combobox.Input {...control} placeholder={m.providers.form.providerSearch} className={fields.control} />
        <Combobox.Trigger className={styles.pickerbutton} aria-label={m.providers.form.providerOpen} tabIndex={-1}>
          <ChevronDown size={16} aria-hidden />
        </Combobox.Trigger>
      </div>
      <Combobox.Portal>
        <Combobox.Positioner sideOffset={4} className={styles.pickerplace}>
          <Combobox.Popup className={menu.popup}>
            <Combobox.Empty className={styles.pickernone}>{m.providers.form.providerNone}</Combobox.Empty>
            <Combobox.List>
              {(provider: ProviderInfo) => (
                <Combobox.Item key={provider.id} value={provider} className={menu.item}>
                  <ProviderTile provider={provider} small />
                  <span className={menu.grow}>{provider.name}</span>
                  <Combobox.ItemIndicator>
                    <Check size={15} aria-hidden />
                  </Combobox.ItemIndicator>
                </Combobox.Item>
              )}
            </Combobox.List>
          </Combobox.Popup>
        </Combobox.Positioner>
      </Combobox.Portal>
    </Combobox.Root>
  );
}
