// npm run build: all parts, into out/.
import { ensureBuild } from './lib/project.mjs';

await ensureBuild({ force: true });
