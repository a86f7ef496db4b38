import { formFromDescriptor } from '../../shared/own-provider-form.ts';
import { call } from '../contract/client.ts';
import { type TypedProvider, typedOfForm } from './provider-form.ts';

/** What the sheet of an own provider begins with; `name` is that of the provider which is changed. */
export type OwnProviderStart =
  | { readonly from: 'form' }
  | { readonly from: 'file' }
  | { readonly from: 'edited-form'; readonly name: string; readonly typed: TypedProvider }
  | { readonly from: 'edited-text'; readonly name: string; readonly text: string };

/** Reads an own provider to be changed: as a form where that can hold all of it, else as the text that it is. */
export async function startEditing(id: string, name: string): Promise<OwnProviderStart> {
  const { document } = await call('providers.document', { id });
  const descriptor: unknown = JSON.parse(document.join(''));
  const form = formFromDescriptor(descriptor);
  return form === null
    ? { from: 'edited-text', name, text: JSON.stringify(descriptor, null, 2) }
    : { from: 'edited-form', name, typed: typedOfForm(form) };
}
