import { generateKeyPairSync, sign } from 'node:crypto';

/** Just enough DER (X.690) to write a certificate that nobody has reason to trust. */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const ED25519 = der(0x30, Buffer.from('06032b6570', 'hex')); // RFC 8410
const COMMON_NAME = Buffer.from('0603550403', 'hex');

/** A self-signed Ed25519 certificate (RFC 5280) for 127.0.0.1, or for the host named, and its key, as PEM. */
export function selfSigned(host?: string): { readonly key: string; readonly cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const name = der(0x30, der(0x31, der(0x30, COMMON_NAME, der(0x0c, Buffer.from('stand-in')))));
  const time = (text: string) => der(0x17, Buffer.from(text));
  const holder = host === undefined ? der(0x87, Buffer.from([127, 0, 0, 1])) : der(0x82, Buffer.from(host));
  const alternativeNames = der(0x30, Buffer.from('0603551d11', 'hex'), der(0x04, der(0x30, holder)));
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ED25519,
    name,
    der(0x30, time('250101000000Z'), time('491231000000Z')),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, alternativeNames)),
  );
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign(null, body, privateKey)]));
  const base64 = der(0x30, body, ED25519, signature).toString('base64');
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
  };
}
