import { House, ChartColumn, ClipboardList, Gauge, KeyRound, PlugZap, Settings } from 'lucide-react';
import type { Screen } from '../state/route.ts';

/** The screens of the rail, in its order. They are Ctrl+1 … Ctrl+8 in the same order. */
export const RAIL_SCREENS = [
  { screen: 'home', icon: House },
  { screen: 'providers', icon: KeyRound },
  { screen: 'usage', icon: ChartColumn },
  { screen: 'quotas', icon: Gauge },
  { screen: 'clients', icon: PlugZap },
  { screen: 'activity', icon: ClipboardList },
  { screen: 'settings', icon: Settings },
] as const satisfies readonly { readonly screen: Screen; readonly icon: unknown }[];

/** `Ctrl+2` for the second screen; undefined for one that is not in the rail. */
export function keysOfScreen(screen: Screen): string | undefined {
  const at = RAIL_SCREENS.findIndex((one) => one.screen === screen);
  return at === -1 ? undefined : `Ctrl+${at + 1}`;
}

/** The screen that a key press stands for. */
export const screenOfKeys = (keys: string): Screen | undefined =>
  RAIL_SCREENS.find(({ screen }) => keysOfScreen(screen) === keys)?.screen;
