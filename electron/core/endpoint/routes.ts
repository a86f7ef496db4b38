import { openApiDocument } from './openapi.ts';
import type { RequestDeps } from './request-deps.ts';
import type { Route } from './route.ts';
import { RouteTable } from './route-table.ts';
import { awsRoutes } from './routes/aws-routes.ts';
import { keyRoutes } from './routes/key-routes.ts';
import { metricsRoutes } from './routes/metrics-routes.ts';
import { publicRoutes } from './routes/public-routes.ts';
import { reportRoutes } from './routes/report-routes.ts';
import { usageRoutes } from './routes/usage-routes.ts';
import { vaultRoutes } from './routes/vault-routes.ts';

/** All that the endpoint answers to. */
export function routeTable(deps: RequestDeps): RouteTable {
  let document: string | null = null;
  const routes: Route[] = [
    ...publicRoutes(
      deps,
      () => (document ??= JSON.stringify(openApiDocument(routes, deps.version, deps.proxy != null))),
    ),
    ...keyRoutes(deps),
    ...reportRoutes(deps),
    ...usageRoutes(deps),
    ...metricsRoutes(deps),
    ...awsRoutes(deps),
    ...vaultRoutes(deps),
  ];
  return new RouteTable(routes);
}
