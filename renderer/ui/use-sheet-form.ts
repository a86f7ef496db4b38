import { useState } from 'react';

/** What was entered in a sheet, and whether what is wrong with it is shown yet: from the first attempt to save on. */
export interface SheetForm<Form> {
  readonly form: Form;
  readonly change: (part: Partial<Form>) => void;
  readonly isChanged: boolean;
  readonly checked: boolean;
  readonly check: () => void;
}

/** @param start - asked for once: what is loaded meanwhile must not change what was entered. */
export function useSheetForm<Form>(start: () => Form): SheetForm<Form> {
  const [first] = useState(start);
  const [form, setForm] = useState(first);
  const [checked, setChecked] = useState(false);
  return {
    form,
    change: (part) => setForm((before) => ({ ...before, ...part })),
    isChanged: JSON.stringify(form) !== JSON.stringify(first),
    checked,
    check: () => setChecked(true),
  };
}
