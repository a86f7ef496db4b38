import { accessSync, constants, existsSync, lstatSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Output } from '../../shared/contract/methods.ts';
import { toErrorBody } from '../../shared/errors.ts';
import { attach, headlessProgram } from '../connect.ts';
import { Exit } from '../fail.ts';
import { homeFolder } from '../home.ts';
import { print, printJson } from '../output.ts';
import { plain } from '../table.ts';

type Finding = Output<'app.doctor'>[number];

/** What a client can see by itself: it opens nothing and starts nothing. */
function seenFromHere(home: string): readonly Finding[] {
  const built = existsSync(headlessProgram());
  const vault = existsSync(join(home, 'vault.json'));
  return [
    { id: 'client.node', status: 'ok', title: 'Node.js', detail: process.version, hint: '' },
    homeFinding(home),
    {
      id: 'client.vault',
      status: vault ? 'ok' : 'warning',
      title: 'Vault',
      detail: vault ? 'There is a vault in the home.' : 'There is no vault in the home.',
      hint: vault ? '' : 'Make one: keyharbor init',
    },
    {
      id: 'client.program',
      status: built ? 'ok' : 'problem',
      title: 'Agent program',
      detail: built ? 'Installed.' : 'Not there, so no agent can be started.',
      hint: built ? '' : 'In a checkout run "npm ci && npm run build"; else install Keyharbor again.',
    },
  ];
}

function homeFinding(home: string): Finding {
  const base = { id: 'client.home', title: 'Home' };
  const found = look(home);
  if (found === null) {
    const hint = 'Check who owns the folder that KEYHARBOR_HOME names, or use another one.';
    return { ...base, status: 'problem', detail: `${home} cannot be looked at by this user.`, hint };
  }
  if (found === undefined) return { ...base, status: 'ok', detail: `${home} (not made yet)`, hint: '' };
  const problem = homeProblem(found.isSymbolicLink(), found.isDirectory(), found.uid, found.mode);
  if (problem === null) {
    const shut = notWritable(home);
    if (shut === null) return { ...base, status: 'ok', detail: home, hint: '' };
    const hint = 'Give yourself the right to write to it (chmod u+rwx), and check that the disk is not read-only.';
    return { ...base, status: 'problem', detail: `${shut} cannot be written by this user, so nothing can run.`, hint };
  }
  const repair =
    found.isSymbolicLink() || !found.isDirectory()
      ? 'Put the folder itself there, or set KEYHARBOR_HOME to where it really is.'
      : 'Give it to your user alone: chmod 700, or choose another with KEYHARBOR_HOME.';
  return { ...base, status: 'problem', detail: `${home} ${problem}`, hint: repair };
}

/** The first of what an agent writes to that this user may not write, or null. What is not made yet will be. */
export function notWritable(home: string, access: typeof accessSync = accessSync): string | null {
  const all = [home, ...['run', 'logs', 'vault.db', 'usage.db', 'vault.lock'].map((name) => join(home, name))];
  return all.find((path) => !mayWrite(path, access)) ?? null;
}

function mayWrite(path: string, access: typeof accessSync): boolean {
  const { R_OK, W_OK, X_OK } = constants;
  try {
    access(path, statSync(path).isDirectory() ? R_OK | W_OK | X_OK : R_OK | W_OK);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

/** Undefined where there is none, null where this user may not look. */
function look(path: string): Stats | undefined | null {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return null;
  }
}

function homeProblem(isLink: boolean, isFolder: boolean, owner: number, mode: number): string | null {
  if (isLink) return 'is a symbolic link; a vault is not opened through one.';
  if (!isFolder) return 'is not a folder.';
  if (process.getuid === undefined) return null;
  if (owner !== process.getuid()) return 'belongs to another user.';
  return (mode & 0o022) === 0 ? null : 'can be written by others.';
}

/** The agent's own findings, or one that says why there are none. */
async function fromAgent(): Promise<readonly Finding[]> {
  const base = { id: 'client.agent', title: 'Running agent or app' };
  try {
    const agent = await attach();
    if (agent === null) {
      const detail = 'None, so keychain, database and endpoint were not looked at.';
      return [{ ...base, status: 'ok', detail, hint: '"keyharbor unlock" starts one; then run this again.' }];
    }
    const found = await agent.call('app.doctor', {});
    const running: Finding = {
      ...base,
      status: 'ok',
      detail: `Answers${agent.pid === null ? '' : `, process ${agent.pid}`}.`,
      hint: '',
    };
    agent.close();
    return [running, ...found];
  } catch (error) {
    const { message, hint } = toErrorBody(error);
    return [{ ...base, status: 'problem', detail: message, hint }];
  }
}

async function doctor(options: { readonly json?: boolean }): Promise<void> {
  const findings = [...seenFromHere(homeFolder(process.env)), ...(await fromAgent())];
  if (options.json) printJson(findings);
  else for (const finding of findings) print(describe(finding));
  if (findings.some(({ status }) => status === 'problem')) throw new Exit(1);
}

function describe({ status, title, detail, hint }: Finding): string {
  const line = `${`[${status}]`.padEnd(10)} ${plain(title)}: ${plain(detail)}`;
  return hint === '' ? line : `${line}\n${' '.repeat(11)}${plain(hint)}`;
}

export function register(program: Command): void {
  program
    .command('doctor')
    .description('look for what is wrong, and say what to do (starts nothing)')
    .option('--json', 'as JSON')
    .action(doctor);
}
