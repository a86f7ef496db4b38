import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function routingHandlers({ routing }: App): Area<'routing'> {
  return {
    'routing.list': () => routing.list(),
    'routing.unreadable': () => routing.unreadable(),
    'routing.set': (rule, { actor }) => routing.set(rule, actor),
    'routing.remove': (scope, { actor }) => {
      routing.remove(scope, actor);
      return {};
    },
    'routing.health': () => routing.health(),
  };
}
