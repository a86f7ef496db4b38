import type {
  CheckResult,
  CredentialChanges,
  CredentialDetail,
  CredentialSummary,
  NewCredential,
  Target,
} from '../../../shared/contract/schemas.ts';
import type { Output, ParsedInput } from '../../../shared/contract/methods.ts';
import { AppError } from '../../../shared/errors.ts';
import type { CredentialMove } from './lifecycle.ts';
import type { OpenedFields, ResolvedCredential } from './types.ts';

type Saved = Output<'credentials.add'>;
const soon = (): never => {
  throw new AppError('unsupported', 'Not there yet.');
};

/** Signatures first; the bodies follow. */
export class Credentials {
  count(): number {
    return soon();
  }
  list(_filter: ParsedInput<'credentials.list'>): CredentialSummary[] {
    return soon();
  }
  get(_target: Target): CredentialDetail {
    return soon();
  }
  add(_input: NewCredential, _actor: string): Saved {
    return soon();
  }
  edit(_target: Target, _changes: CredentialChanges, _actor: string): Saved {
    return soon();
  }
  move(_target: Target, _move: Exclude<CredentialMove, 'purge'>, _actor: string): CredentialDetail {
    return soon();
  }
  purge(_target: Target, _password: string, _actor: string): Promise<void> {
    return soon();
  }
  reveal(_input: ParsedInput<'credentials.reveal'>, _actor: string): Promise<Output<'credentials.reveal'>> {
    return soon();
  }
  copy(_input: ParsedInput<'credentials.copy'>, _actor: string): Promise<Output<'credentials.copy'>> {
    return soon();
  }
  read(_ref: string, _actor: string): Output<'credentials.read'> {
    return soon();
  }
  environment(
    _items: ParsedInput<'credentials.environment'>['items'],
    _actor: string,
  ): Output<'credentials.environment'> {
    return soon();
  }
  resolve(_provider: string, _label: string): ResolvedCredential {
    return soon();
  }
  openFields(_id: string, _version: number): OpenedFields {
    return soon();
  }
  test(_target: Target, _force: boolean, _actor: string): Promise<CheckResult> {
    return soon();
  }
  cancelTest(_target: Target): void {
    soon();
  }
}
