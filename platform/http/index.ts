export {
  BodyTooLarge,
  readBody,
  sendJson,
  startHttpServer,
  type HttpHandler,
  type Routes,
  type RunningHttpServer,
} from './http-server';
