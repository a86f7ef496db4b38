import type { Handlers } from '../../../shared/contract/handlers.ts';
import { AppError } from '../../../shared/errors.ts';
import type { App } from '../../core/app.ts';
import type { Area, CallContext } from '../caller.ts';

export function priceHandlers(app: App): Area<'prices'> {
  const { prices, usage } = app;
  return {
    'prices.list': () => {
      usage.settle();
      return prices.list();
    },
    'prices.set': (price, { actor }) => prices.set(price, actor),
    'prices.remove': (removed, { actor }) => {
      prices.remove(removed, actor);
      return {};
    },
    'prices.setTier': (tier, { actor }) => {
      prices.setTier(tier, actor);
      return {};
    },
    'prices.update': async (file, { actor, caller }) => {
      if (caller === 'window' && file.own) await confirmOwn(app);
      return prices.update(file, actor);
    },
  };
}

/** What changes, fills or questions the records that are there, beside the reports on them. */
export type UsageRecordHandlers = Pick<
  Handlers<CallContext>,
  'usage.reprice' | 'usage.import' | 'usage.reconcile' | 'usage.compareInvoice'
>;

export function usageRecordHandlers({ repricer, imports, providerFigures }: App): UsageRecordHandlers {
  return {
    'usage.reprice': (query, { actor }) => repricer.reprice(query, actor),
    'usage.import': (input, { actor, caller }) => {
      if (caller === 'window' && input.path !== undefined) {
        throw new AppError('forbidden', 'A page cannot name files of this computer. Nothing was imported.');
      }
      return imports.run(input, actor);
    },
    'usage.reconcile': (input, { actor }) => providerFigures.reconcile(input, actor),
    'usage.compareInvoice': (input) => providerFigures.compareInvoice(input),
  };
}

async function confirmOwn(app: App): Promise<void> {
  const agreed = await app.confirm({
    title: 'Take these prices as your own?',
    message: 'The file is not signed by Keyharbor. Its prices would win over the built-in ones from now on.',
    detail: 'Costs that are recorded already stay as they are.',
    accept: 'Take prices',
  });
  if (!agreed) throw new AppError('forbidden', 'The prices were declined. Nothing was changed.');
}
