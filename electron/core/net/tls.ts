import { rootCertificates } from 'node:tls';

/**
 * What the environment could otherwise weaken (NODE_TLS_REJECT_UNAUTHORIZED, NODE_EXTRA_CA_CERTS) is fixed here.
 * @param ca - the only certificates to trust (PEM), where the owner named some for this one credential.
 */
export const tlsOptions = (ca: readonly string[] = rootCertificates) => ({
  rejectUnauthorized: true,
  minVersion: 'TLSv1.2' as const,
  ca: [...ca],
});
