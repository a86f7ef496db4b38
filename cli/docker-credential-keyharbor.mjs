#!/usr/bin/env node
// The name under which Docker, Podman and skopeo look for a helper; the bin entry of the npm package.
process.argv.splice(2, 0, 'credential-helper', 'docker');
await import('./keyharbor.mjs');
