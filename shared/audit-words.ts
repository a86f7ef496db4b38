/** What the entries of the audit log are about, for filters; each stands for the first words of actions. */
export const AUDIT_AREAS = ['vault', 'keys', 'clients', 'endpoint', 'settings'] as const;
export type AuditArea = (typeof AUDIT_AREAS)[number];

export const AUDIT_PREFIXES: Readonly<Record<AuditArea, readonly string[]>> = {
  vault: ['vault', 'recovery', 'audit', 'app'],
  keys: ['credential'],
  clients: ['client', 'grant', 'access'],
  endpoint: ['endpoint', 'key', 'proxy'],
  settings: ['settings', 'routing', 'provider', 'quota', 'prices', 'usage', 'notifications', 'webhook'],
};

const WORDS: Readonly<Record<string, string>> = {
  'access.answer': 'Question answered',
  'app.panic': 'Panic',
  'audit.adopt': 'Events of the locked time taken in',
  'audit.export': 'Log exported',
  'client.create': 'Client made',
  'client.exposed': 'Token seen in an address',
  'client.grants-dropped': 'Grants dropped with a move',
  'client.lend': 'Token lent to a run',
  'client.loan-ended': 'Lent token ended',
  'client.narrow': 'Client narrowed',
  'client.revoke': 'Client revoked',
  'client.rotate': 'Token replaced',
  'credential.add': 'Key added',
  'credential.bin': 'Key moved to the bin',
  'credential.copy': 'Key copied',
  'credential.delete': 'Key moved to the bin',
  'credential.edit': 'Key changed',
  'credential.purge': 'Key destroyed',
  'credential.read': 'Key read on the command line',
  'credential.refresh': 'Access token renewed',
  'credential.reinstate': 'Key reinstated',
  'credential.reported': 'A tool said that a key fails',
  'credential.restore': 'Key restored',
  'credential.reveal': 'Key shown',
  'credential.revoke': 'Key marked as revoked',
  'credential.rotated': 'Old value retired',
  'credential.sign-in': 'Sign-in started',
  'credential.signed-in': 'Signed in',
  'credential.suspend': 'Key suspended',
  'credential.test': 'Key tested',
  'endpoint.badToken': 'Unknown token refused',
  'endpoint.locked': 'Requests while locked',
  'endpoint.off': 'Endpoint switched off',
  'endpoint.on': 'Endpoint switched on',
  'endpoint.refused': 'Requests refused',
  'grant.drop': 'Grants dropped',
  'grant.narrow': 'Grant narrowed',
  'grant.revoke': 'Grant revoked',
  'key.read': 'Key handed to a client',
  'notifications.preferences': 'Notifications set',
  'prices.remove': 'Own price removed',
  'prices.set': 'Own price set',
  'prices.tier': 'Own price of a service tier set or removed',
  'prices.update': 'Prices updated',
  'provider.add': 'Own provider added',
  'provider.disable': 'Own provider switched off',
  'provider.enable': 'Own provider switched on',
  'provider.remove': 'Own provider removed',
  'provider.replace': 'Own provider changed',
  'proxy.call': 'Calls forwarded',
  'quota.adjust': 'Quota adjusted',
  'quota.remove': 'Quota removed',
  'quota.set': 'Quota set',
  'recovery.confirm': 'Recovery kit confirmed',
  'recovery.renew': 'Recovery kit made anew',
  'routing.remove': 'Routing rule removed',
  'routing.set': 'Routing rule set',
  'settings.change': 'Settings changed',
  'usage.import': 'Calls imported',
  'usage.reconcile': 'Provider asked for its figures',
  'usage.reprice': 'Repricing begun',
  'usage.repriced': 'Records repriced',
  'usage.view-removed': 'View of usage deleted',
  'usage.view-saved': 'View of usage saved',
  'vault.backUp': 'Backup made',
  'vault.changePassword': 'Password changed',
  'vault.create': 'Vault made',
  'vault.lock': 'Vault locked',
  'vault.recover': 'Opened with the recovery code',
  'vault.restore': 'Backup not put back: wrong password',
  'vault.restored': 'Backup put back',
  'vault.throttled': 'Password refused: too many tries',
  'vault.unlock': 'Vault unlocked',
  'vault.upgradeSlot': 'Password slot strengthened',
  'vault.verifyPassword': 'Password asked again',
  'webhook.redeliver': 'Webhook sent again',
};

/** What was done, for people; an act that nobody has named is told as it is written. */
export const auditWords = (action: string): string => WORDS[action] ?? action;

const DOORS: Readonly<Record<string, string>> = { ui: 'Window', cli: 'Command line', system: 'Keyharbor' };

export const actorWords = ({
  actor,
  actorName,
}: {
  readonly actor: string;
  readonly actorName: string | null;
}): string => DOORS[actor] ?? actorName ?? actor;
