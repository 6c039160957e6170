export { Authorisation, type AuthorisationOptions } from './authorisation';
export { withoutDenied, type Denials } from './filter';
export { ALL_GRANTED, Protection, protectionOf, type GrantKey } from './protection';
export { refusalFor, unauthorised, type Refusal } from './refusal';
export { Security } from './security';
export { withoutEnforcedLinks } from './security-links';
