import type { App } from '../../core/app.ts';
import type { Area } from '../caller.ts';

export function auditHandlers({ activity }: App): Area<'audit'> {
  return {
    'audit.list': (query) => activity.list(query),
    'audit.verify': () => activity.verify(),
    'audit.export': (piece, { actor }) => activity.export(piece, actor),
    'audit.save': (what, { actor }) => activity.save(what, actor),
  };
}
