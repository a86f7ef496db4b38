import { activity } from './en/activity.ts';
import { backups } from './en/backups.ts';
import { charts } from './en/charts.ts';
import { clients } from './en/clients.ts';
import { common } from './en/common.ts';
import { connectTool } from './en/connect-tool.ts';
import { explore } from './en/explore.ts';
import { firstRun } from './en/first-run.ts';
import { grants } from './en/grants.ts';
import { home } from './en/home.ts';
import { notifications } from './en/notifications.ts';
import { ownProviders } from './en/own-providers.ts';
import { providers } from './en/providers.ts';
import { quotas } from './en/quotas.ts';
import { routing } from './en/routing.ts';
import { settings } from './en/settings.ts';
import { shell } from './en/shell.ts';
import { unlock } from './en/unlock.ts';
import { usage } from './en/usage.ts';
import { usageSources } from './en/usage-sources.ts';
import { webhooks } from './en/webhooks.ts';

const en = {
  common,
  firstRun,
  unlock,
  shell,
  home,
  providers,
  ownProviders,
  clients,
  grants,
  connectTool,
  routing,
  quotas,
  notifications,
  webhooks,
  settings,
  backups,
  activity,
  charts,
  usage,
  explore,
  usageSources,
} as const;

/** Every text of the window, typed: a missing or misnamed message does not compile. A second language has this shape. */
export type Messages = typeof en;
export const m: Messages = en;
