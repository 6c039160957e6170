export { Attempt } from './attempt.entity';
export { TooManyAttempts } from './attempt.errors';
export { AttemptService, type AttemptKind } from './attempt.service';
