// Holds every entry of the provider catalogue to its schema and prints what is wrong, one line per problem.
// Usage: npm run check:catalogue [FILE…]   (no files: all of resources/providers). Exit status 1 when something is wrong.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { providerDescriptor } from '../shared/provider/descriptor.ts';

const folder = fileURLToPath(new URL('../resources/providers', import.meta.url));

/** @returns {string[]} what is wrong with one file, in words. */
function problemsOf(file) {
  let entry;
  try {
    entry = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return [error instanceof SyntaxError ? `is not JSON: ${error.message}` : 'cannot be read'];
  }
  const parsed = providerDescriptor.safeParse(entry);
  const problems = parsed.success
    ? []
    : parsed.error.issues.map(({ path, message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`));
  if (entry?.id !== basename(file, '.json')) problems.push('the id is not the name of the file');
  return problems;
}

const given = process.argv.slice(2);
const files = given.length > 0 ? given : readdirSync(folder).map((name) => join(folder, name));
let found = 0;
for (const file of files.toSorted()) {
  for (const problem of problemsOf(file)) {
    found += 1;
    console.error(`${basename(file)}: ${problem}`);
  }
}
console.log(
  found === 0 ? `${files.length} providers, all in order.` : `${found} problems in ${files.length} providers.`,
);
process.exitCode = found === 0 ? 0 : 1;
