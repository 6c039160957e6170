export { RefreshToken, Session } from './session.entity';
export { SessionEnded } from './session.errors';
export { AuthTokens } from './session.payloads';
export { SessionResolver } from './session.resolver';
export { SessionService, type IssuedTokens, type SessionGrant } from './session.service';
