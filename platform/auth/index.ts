export { TOKEN_ALGORITHM, TOKEN_ISSUER, type AccessTokenClaims } from './access-token';
export { anonymous, service, hasScope, scopesOf, ROLES, SCOPES_OF_ROLE, type Role, type Viewer } from './viewer';
export { requireUser, requireScope, requireService } from './require';
export { MessageVerifier, signMessage, type SignatureHeaders, type SignedMessage } from './message-signature';
export { TextSealer } from './sealed-text';
