export { Attempt } from './attempt.entity';
export { TooManyAttempts } from './attempt.errors';
export { AttemptService } from './attempt.service';
