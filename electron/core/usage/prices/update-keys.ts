/**
 * The public halves of the keys that sign price updates (SECURITY-DESIGN.md section 11), as SubjectPublicKeyInfo in
 * base64 (RFC 8410). The private halves sign with scripts/sign-prices.mjs. These two are for development: a release has pairs
 * that were made offline (docs/price-updates.md). There are two, so that one can be replaced: a release that drops the
 * first still takes what the second signed.
 */
export const UPDATE_KEYS: readonly string[] = [
  'MCowBQYDK2VwAyEAAFWAigLcisf6azM9ELADS7L08JeyKkpT2b3LfdUi7Qg=',
  'MCowBQYDK2VwAyEAyZfckx6d3hG6ylGbf8/R1ExEOQYuZMQJwdOpaUyGMqk=',
];
