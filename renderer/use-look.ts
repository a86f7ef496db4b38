import { useEffect } from 'react';
import { useSession } from './state/session.ts';

/** Theme and density as attributes of the document; the tokens do the rest. */
export function useLook(): void {
  const theme = useSession((session) => session.settings?.app.theme ?? 'system');
  const density = useSession((session) => session.settings?.app.density ?? 'comfortable');
  useEffect(() => {
    const { dataset } = document.documentElement;
    if (theme === 'system') delete dataset['theme'];
    else dataset['theme'] = theme;
    dataset['density'] = density;
  }, [theme, density]);
}
