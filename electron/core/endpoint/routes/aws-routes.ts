import { AppError } from '../../../../shared/errors.ts';
import { awsCredentials } from '../../../../shared/http/answers.ts';
import type { OpenedFields, ResolvedCredential } from '../../credentials/types.ts';
import { jsonBytes, type JsonPiece } from '../key-bytes.ts';
import { sendKey } from '../opened-key.ts';
import type { RequestDeps } from '../request-deps.ts';
import type { ClientRoute } from '../route.ts';

/** SDKs ask again some minutes before the end, so a rotated key is taken up within the hour. */
const KEEP_MS = 60 * 60_000;

/**
 * What `AWS_CONTAINER_CREDENTIALS_FULL_URI` points to, with the client token as `AWS_CONTAINER_AUTHORIZATION_TOKEN`
 * (https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html).
 */
export function awsRoutes(deps: RequestDeps): readonly ClientRoute[] {
  const route = {
    tag: 'aws',
    method: 'GET',
    fixed: { provider: 'aws' },
    access: { kind: 'credential', grant: 'keys:read', asks: true },
    description:
      'For AWS_CONTAINER_CREDENTIALS_FULL_URI, with a client token in AWS_CONTAINER_AUTHORIZATION_TOKEN. ' +
      'A key without an end of its own is said to end in an hour, so that the SDK asks again.',
    answers: {
      200: {
        description: 'Credentials as AWS SDKs want them.',
        type: 'application/json',
        schema: awsCredentials,
        example: {
          AccessKeyId: 'KEY ID',
          SecretAccessKey: 'SECRET',
          Token: '',
          Expiration: '2030-01-15T13:00:00.000Z',
        },
      },
    },
    errors: [409, 500, 501, 502, 504],
    handle: (asked) => sendKey(deps, asked, (credential, opened) => awsAnswer(credential, opened, deps.clock.now())),
  } as const satisfies Partial<ClientRoute>;
  return [
    {
      ...route,
      id: 'readDefaultAwsCredentials',
      path: '/v1/aws/credentials',
      summary: 'AWS credentials of label "default"',
    },
    { ...route, id: 'readAwsCredentials', path: '/v1/aws/credentials/{label}', summary: 'AWS credentials of a label' },
  ];
}

/** @throws AppError `unsupported` for a kind that is no access key, as a Bedrock API key. */
function awsAnswer({ expiresAt }: ResolvedCredential, opened: OpenedFields, nowMs: number): Buffer {
  const value = (variable: string): JsonPiece | undefined => {
    const field = opened.environment.find(({ name }) => name === variable)?.field;
    return field === undefined ? undefined : opened.fields.get(field);
  };
  const id = value('AWS_ACCESS_KEY_ID');
  const secret = value('AWS_SECRET_ACCESS_KEY');
  if (id === undefined || secret === undefined) {
    throw new AppError(
      'unsupported',
      'This AWS credential is no access key, so AWS SDKs cannot use it here.',
      'Use the label of an access key or of a session.',
    );
  }
  const endMs = Math.min(expiresAt === null ? Number.POSITIVE_INFINITY : Date.parse(expiresAt), nowMs + KEEP_MS);
  return jsonBytes([
    '{"AccessKeyId":',
    id,
    ',"SecretAccessKey":',
    secret,
    ',"Token":',
    value('AWS_SESSION_TOKEN') ?? '""',
    `,"Expiration":"${new Date(endMs).toISOString()}"}`,
  ]);
}
