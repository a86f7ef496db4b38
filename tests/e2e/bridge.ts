import type { Page } from '@playwright/test';
import type { Answer, WindowMethod } from '../../shared/contract/bridge.ts';
import type { Input, Output } from '../../shared/contract/methods.ts';

/** The page's own bridge, as its script would use it. */
export async function call<M extends WindowMethod>(page: Page, method: M, input: Input<M>): Promise<Answer<Output<M>>> {
  return (await page.evaluate(
    ([name, params]) => {
      const bridge = (window as unknown as { keyharbor: Record<string, (given: unknown) => Promise<unknown>> })
        .keyharbor;
      return bridge[name as string]?.(params);
    },
    [method, input] as const,
  )) as Answer<Output<M>>;
}

export async function result<M extends WindowMethod>(page: Page, method: M, input: Input<M>): Promise<Output<M>> {
  const answer = await call(page, method, input);
  if (!answer.ok) throw new Error(`${method}: ${answer.error.code}`);
  return answer.result;
}
