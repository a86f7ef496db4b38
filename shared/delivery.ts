import { z } from 'zod';

/**
 * How a tool gets the use of a credential, safest first: its call is forwarded and the key stays here; a client token
 * that lives as long as one child; the environment of one child; the value itself.
 */
export const DELIVERY_FORMS = ['proxy', 'token', 'environment', 'value'] as const;
export const deliveryForm = z.enum(DELIVERY_FORMS);
export type DeliveryForm = z.output<typeof deliveryForm>;

/** What a credential allows where its owner set nothing: all but the value, after approval. */
export const DEFAULT_WEAKEST_FORM: DeliveryForm = 'environment';

/** Whether a policy that goes as far as `weakest` lets `form` through. */
export function allowsForm(weakest: DeliveryForm, form: DeliveryForm): boolean {
  return DELIVERY_FORMS.indexOf(form) <= DELIVERY_FORMS.indexOf(weakest);
}
