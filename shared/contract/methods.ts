import type { z } from 'zod';
import { accessMethods } from './methods/access.ts';
import { auditMethods } from './methods/audit.ts';
import { clientMethods } from './methods/clients.ts';
import { credentialMethods } from './methods/credentials.ts';
import { endpointMethods } from './methods/endpoint.ts';
import { notificationMethods } from './methods/notifications.ts';
import { priceMethods } from './methods/prices.ts';
import { programMethods } from './methods/program.ts';
import { providerMethods } from './methods/providers.ts';
import { quotaMethods } from './methods/quotas.ts';
import { routingMethods } from './methods/routing.ts';
import { settingsMethods } from './methods/settings.ts';
import { usageMethods } from './methods/usage.ts';
import { vaultMethods } from './methods/vault.ts';
import { webhookMethods } from './methods/webhooks.ts';

/** The whole surface of the core, for every transport. A method's name begins with what it is about. */
export const methods = {
  ...programMethods,
  ...vaultMethods,
  ...providerMethods,
  ...credentialMethods,
  ...clientMethods,
  ...accessMethods,
  ...endpointMethods,
  ...routingMethods,
  ...quotaMethods,
  ...usageMethods,
  ...priceMethods,
  ...notificationMethods,
  ...webhookMethods,
  ...auditMethods,
  ...settingsMethods,
} as const;

export type MethodName = keyof typeof methods;
export type Input<M extends MethodName> = z.input<(typeof methods)[M]['input']>;
export type ParsedInput<M extends MethodName> = z.output<(typeof methods)[M]['input']>;
export type Output<M extends MethodName> = z.output<(typeof methods)[M]['output']>;

export function isMethodName(name: string): name is MethodName {
  return Object.hasOwn(methods, name);
}
