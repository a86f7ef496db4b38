// Signs a file of prices, so that "keyharbor prices update" takes it (docs/price-updates.md).
// Usage: node scripts/sign-prices.mjs PRIVATE_KEY.pem PRICES.json VERSION DAYS > update.json
// PRICES.json has the form of resources/prices.json; VERSION is a whole number that only ever grows; DAYS until it expires.
import { createPrivateKey, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { signedBytes, UPDATE_PRODUCT } from '../electron/core/usage/prices/price-update.ts';
import { priceDocument } from '../shared/prices.ts';

const [keyFile, pricesFile, version, days] = process.argv.slice(2);
if (!/^[1-9]\d*$/.test(version ?? '') || !/^[1-9]\d*$/.test(days ?? '')) {
  process.stderr.write('Usage: node scripts/sign-prices.mjs PRIVATE_KEY.pem PRICES.json VERSION DAYS > update.json\n');
  process.exit(2);
}
const issuedMs = Math.floor(Date.now() / 1000) * 1000;
const moment = (atMs) => new Date(atMs).toISOString().replace('.000Z', 'Z');
const content = {
  product: UPDATE_PRODUCT,
  version: Number(version),
  issued: moment(issuedMs),
  expires: moment(issuedMs + Number(days) * 24 * 3_600_000),
  document: priceDocument.parse(JSON.parse(readFileSync(pricesFile, 'utf8'))),
};
const signature = sign(null, signedBytes(content), createPrivateKey(readFileSync(keyFile))).toString('base64');
process.stdout.write(`${JSON.stringify({ ...content, signature }, null, 1)}\n`);
