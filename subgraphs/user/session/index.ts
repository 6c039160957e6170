export { RefreshToken, Session } from './session.entity';
export { AuthTokens } from './session.payloads';
export { SessionResolver } from './session.resolver';
export { SessionService, type IssuedTokens } from './session.service';
