export { PasswordGate, type GateFailure } from './password-gate';
export { hashPassword } from './password-hash';
export { weaknessOf } from './password-rule';
export { WeakPassword } from './password.errors';
export { PasswordResolver } from './password.resolver';
export { PasswordService } from './password.service';
