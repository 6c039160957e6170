export {
  BodyTooLarge,
  readBody,
  sendJson,
  startHttpServer,
  type HttpHandler,
  type Routes,
  type RunningHttpServer,
} from './http-server';
export { isPublicAddress, lookupPublic, PrivateAddress } from './public-address';
