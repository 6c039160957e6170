import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { UserError } from '../../../platform/federation';

export const WeakPasswordReasonEnum = {
  TOO_SHORT: 'TOO_SHORT',
  TOO_LONG: 'TOO_LONG',
  SAME_AS_EMAIL: 'SAME_AS_EMAIL',
  TOO_COMMON: 'TOO_COMMON',
} as const;
export type WeakPasswordReason = keyof typeof WeakPasswordReasonEnum;

registerEnumType(WeakPasswordReasonEnum, {
  name: 'WeakPasswordReason',
  description: 'What is wrong with a password. The list may grow.',
  valuesConfig: {
    TOO_SHORT: { description: 'It has fewer than 10 characters.' },
    TOO_LONG: { description: 'It has more than 128 characters.' },
    SAME_AS_EMAIL: { description: 'It is the e-mail address or the part before the @.' },
    TOO_COMMON: { description: 'It stands on every list of leaked passwords, or only repeats itself.' },
  },
});

const MESSAGES: Readonly<Record<WeakPasswordReason, string>> = {
  TOO_SHORT: 'The password must have 10 characters at least',
  TOO_LONG: 'The password must have 128 characters at most',
  SAME_AS_EMAIL: 'The password must not be the e-mail address',
  TOO_COMMON: 'This password is known to everybody who tries passwords; take another',
};

@ObjectType({ implements: UserError, description: 'The password is too easy to guess. 10 to 128 characters, no other rules.' })
export class WeakPassword extends UserError {
  override code = 'WEAK_PASSWORD';

  @Field(() => WeakPasswordReasonEnum, { description: 'What is wrong with it.' })
  reason: WeakPasswordReason;

  static because(reason: WeakPasswordReason, field: string): WeakPassword {
    return Object.assign(new WeakPassword(), { reason, message: MESSAGES[reason], path: field.split('.') });
  }
}
