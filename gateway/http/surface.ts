import { sendJson, type HttpHandler, type Routes } from '../../platform/http';
import type { Metrics } from '../../platform/observability';
import { graphiqlRoutes, serveNoPage, servePage, wantsPage } from './graphiql';

export interface SurfaceOptions {
  /** Answers at the GraphQL address. */
  readonly serve: HttpHandler;
  /** Takes new access tokens for streams that are open. */
  readonly renew: HttpHandler;
  /** `null` where they are not for everybody who reaches this address. */
  readonly metrics: Metrics | null;
  /** Whether browsers get GraphiQL, which lives on introspection. */
  readonly introspection: boolean;
  readonly checkReady: () => Promise<void>;
  readonly isDraining: () => boolean;
  readonly extraRoutes: Routes;
}

/** Every address that the gateway serves over HTTP. */
export function surfaceOf(options: SurfaceOptions): Routes {
  const { serve, metrics, introspection } = options;
  return {
    ...options.extraRoutes,
    ...(introspection ? graphiqlRoutes() : {}),
    '* /graphql': (request, response) => {
      if (!wantsPage(request)) return serve(request, response);
      return introspection ? servePage(response) : serveNoPage(response);
    },
    'POST /graphql/streams/*': options.renew,
    'OPTIONS /graphql/streams/*': options.renew,
    'GET /health': (_request, response) => sendJson(response, 200, { status: 'ok' }),
    'GET /ready': async (_request, response) => {
      const problem = options.isDraining() ? 'draining' : await problemOf(options.checkReady);
      sendJson(response, problem === null ? 200 : 503, { status: problem ?? 'ready' });
    },
    ...(metrics ? metricsRoutes(metrics) : {}),
  };
}

export function metricsRoutes(metrics: Metrics): Routes {
  return {
    'GET /metrics': async (_request, response) => {
      response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.expose());
    },
  };
}

/** Says nothing about what is away: that stands in the log, not on an address that anybody may ask. */
function problemOf(checkReady: () => Promise<void>): Promise<string | null> {
  return checkReady().then(
    () => null,
    () => 'unavailable',
  );
}
