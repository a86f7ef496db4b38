import { AppError } from '../../shared/errors.ts';
import { parseReference } from '../../shared/reference.ts';
import { connectAgent } from '../connect.ts';
import { print } from '../output.ts';
import { tokenEnd } from './token-end.ts';

/**
 * AWS's `credential_process`: JSON on stdout, version 1; on failure a word on stderr and an exit code, nothing on stdout
 * (AWS SDKs and tools reference guide, "Process credential provider").
 */
export async function awsHelper(ref: string): Promise<void> {
  parseReference(ref);
  const agent = await connectAgent();
  try {
    const variables = await agent.call('credentials.environment', { items: [{ provider: ref }] });
    // Afterwards: temporary keys may have been got anew for it, and with them another end.
    const detail = await agent.call('credentials.get', { target: { ref } });
    const value = (name: string): string => variables.find((variable) => variable.name === name)?.value ?? '';
    const AccessKeyId = value('AWS_ACCESS_KEY_ID');
    const SecretAccessKey = value('AWS_SECRET_ACCESS_KEY');
    if (AccessKeyId === '' || SecretAccessKey === '') {
      throw new AppError(
        'invalid_input',
        'This credential has no access key id and secret access key, so AWS tools cannot sign with it.',
        'Name another one with --ref: see keyharbor list --provider aws.',
      );
    }
    const SessionToken = value('AWS_SESSION_TOKEN');
    const Expiration = SessionToken === '' ? null : tokenEnd(detail);
    print(
      JSON.stringify({
        Version: 1,
        AccessKeyId,
        SecretAccessKey,
        ...(SessionToken === '' ? {} : { SessionToken }),
        ...(Expiration === null ? {} : { Expiration }),
      }),
    );
  } finally {
    agent.close();
  }
}
