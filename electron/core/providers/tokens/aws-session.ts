import type { TokenDescriptor } from '../../../../shared/provider/token.ts';
import { signAwsRequest } from '../http/aws-signature.ts';
import { joinPath } from '../base-url.ts';
import { exchange } from '../http/http-exchange.ts';
import { interpret, jsonAt } from '../http/interpret.ts';
import { isSendableSecret } from '../sendable.ts';
import { TOKEN_STEP } from './token-failure.ts';
import { failed, type TokenOptions, type TokenOutcome, type TokenSubject } from './token-subject.ts';

type AwsSession = Extract<TokenDescriptor, { grant: 'aws_session' }>;

/** The form of an STS request; https://docs.aws.amazon.com/STS/latest/APIReference/ */
function form(role: string | undefined): URLSearchParams {
  const common = { Version: '2011-06-15', DurationSeconds: '3600' };
  return role === undefined
    ? new URLSearchParams({ Action: 'GetSessionToken', ...common })
    : new URLSearchParams({ Action: 'AssumeRole', RoleArn: role, RoleSessionName: 'keyharbor', ...common });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Temporary keys of an hour, got with long-lived ones; of a role where one is given. */
export async function awsSession(subject: TokenSubject<AwsSession>, options: TokenOptions): Promise<TokenOutcome> {
  const { token, value, authKind, provider } = subject;
  const role = value(token.role);
  const request = await signAwsRequest(
    {
      method: 'POST',
      url: joinPath(subject.baseUrl, '/'),
      headers: new Map([
        ['accept', 'application/json'],
        ['accept-encoding', 'identity'],
        ['content-type', 'application/x-www-form-urlencoded'],
        ['user-agent', options.userAgent],
      ]),
      body: form(role).toString(),
    },
    {
      accessKeyId: value(token.accessKeyId) ?? '',
      secretAccessKey: value(token.secretAccessKey) ?? '',
      sessionToken: undefined,
    },
    { service: 'sts', region: value(token.region) ?? '' },
    options.clock.now(),
  );
  const outcome = await exchange(request, {
    policy: subject.local ? 'local' : 'public',
    way: options.way,
    clock: options.clock,
    signal: options.signal,
  });
  const action = role === undefined ? 'GetSessionToken' : 'AssumeRole';
  const given =
    outcome.kind === 'answer' && outcome.status === 200
      ? jsonAt(parsed(outcome.text), `${action}Response.${action}Result.Credentials`)
      : undefined;
  const member = (name: string) => {
    const found = jsonAt(given, name);
    return typeof found === 'string' && isSendableSecret(found) ? found : null;
  };
  const [id, secret, session] = [member('AccessKeyId'), member('SecretAccessKey'), member('SessionToken')];
  const end = jsonAt(given, 'Expiration');
  const expiresAtMs = typeof end === 'number' ? end * 1000 : Date.parse(String(end));
  if (id === null || secret === null || session === null || Number.isNaN(expiresAtMs)) {
    const verdict = interpret(provider, SESSION_CHECK, outcome, []);
    const unread = verdict.result === 'valid';
    return failed({
      ...verdict,
      ...(unread
        ? {
            result: 'provider_unavailable',
            detail: `${provider.name} gave no temporary keys. This says nothing about the key.`,
            hint: 'Try again later.',
          }
        : {}),
      facts: [TOKEN_STEP],
    });
  }
  return {
    kind: 'tokens',
    secrets: new Map([
      [authKind.primary, session],
      [token.sessionAccessKeyId, id],
      [token.sessionSecretAccessKey, secret],
    ]),
    expiresAtMs,
  };
}

/** Its rules are those of the provider's own checks. */
const SESSION_CHECK: Parameters<typeof interpret>[1] = { id: 'session', facts: [] };
