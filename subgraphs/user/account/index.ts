export { RoleEnum, User } from './account.entity';
export {
  AccountDisabled,
  AccountVersionConflict,
  EmailTaken,
  InvalidCredentials,
  LastAdmin,
  NotToYourself,
  UserNotFound,
} from './account.errors';
export { accessEnded, accountChanged, accountErased, accountRegistered } from './account.events';
export { createAccountLoaders, type AccountLoaders } from './account.loader';
export { maySeeUser, provedToBe } from './account.policy';
export { AccountResolver } from './account.resolver';
export { AccountService, type Credentials } from './account.service';
